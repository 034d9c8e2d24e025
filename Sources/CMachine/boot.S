// From QEMU's PVH entry (32-bit, paging off, %ebx = hvm_start_info) to Swift in the high half.
// The tables made here map the first GiB three times: identity (this stub), direct map (slot 192), image (slot 255).
// Swift replaces them with the final, write-xor-execute map before it does anything else.

.set KOFF, 0x7f8000000000

.section .note.pvh, "a", @note
  .balign 4
  .long 4, 4, 18              // namesz, descsz, XEN_ELFNOTE_PHYS32_ENTRY
  .asciz "Xen"
  .long apus_pvh_entry

.section .boot.text, "ax"
.code32
.globl apus_pvh_entry
apus_pvh_entry:
  cli
  cld
  movl $boot_stack_end, %esp
  movl %ebx, %edi             // first argument of apus_main

  // 512 pages of 2 MiB: present, writable, large.
  movl $boot_pd, %eax
  movl $0x83, %edx
  movl $512, %ecx
1:movl %edx, (%eax)
  addl $0x200000, %edx
  addl $8, %eax
  decl %ecx
  jnz 1b

  movl $boot_pd + 3, boot_pdpt
  movl $boot_pdpt + 3, boot_pml4
  movl $boot_pdpt + 3, boot_pml4 + 192 * 8
  movl $boot_pdpt + 3, boot_pml4 + 255 * 8

  movl %cr4, %eax
  orl $(1 << 5), %eax         // PAE
  movl %eax, %cr4
  movl $boot_pml4, %eax
  movl %eax, %cr3
  movl $0xc0000080, %ecx      // EFER
  rdmsr
  orl $((1 << 8) | (1 << 11) | 1), %eax   // LME, NXE, SCE
  wrmsr
  movl %cr0, %eax
  orl $((1 << 31) | (1 << 16) | 2), %eax  // PG, WP, MP
  andl $~(1 << 2), %eax       // no x87 emulation
  movl %eax, %cr0
  lgdt boot_gdtr
  ljmp $8, $boot_long

.code64
boot_long:
  movl $16, %eax
  movl %eax, %ds
  movl %eax, %es
  movl %eax, %ss
  movq boot_high_stack, %rsp  // high addresses go through a table: code here cannot name them in 32 bits
  xorl %ebp, %ebp
  movl %edi, %edi
  pushq $0                    // the end of every stack walk
  jmpq *boot_high_entry

.section .boot.data, "aw"
  .balign 8
boot_gdt:
  .quad 0, 0x00af9a000000ffff, 0x00cf92000000ffff
boot_gdtr:
  .word 23
  .long boot_gdt
  .balign 8
boot_high_stack: .quad apus_boot_stack_top
boot_high_entry: .quad apus_main

.section .boot.tables, "aw"
  .balign 4096
boot_pml4: .fill 4096, 1, 0
boot_pdpt: .fill 4096, 1, 0
boot_pd: .fill 4096, 1, 0
  .fill 256, 1, 0
boot_stack_end:

.section .bss
  .balign 4096
  .fill 65536, 1, 0
.globl apus_boot_stack_top
.hidden apus_boot_stack_top
apus_boot_stack_top:
.globl apus_boot_percpu
.hidden apus_boot_percpu
apus_boot_percpu: .fill 4096, 1, 0

.section .note.GNU-stack, "", @progbits
