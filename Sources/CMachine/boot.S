// From QEMU's PVH entry (32-bit, paging off, %ebx = hvm_start_info) to Swift in the high half.
// The tables made here map the first GiB three times: identity (this stub), direct map (slot 192), image (slot 255).
// Swift replaces them with the final, write-xor-execute map before it does anything else.

.set KOFF, 0x7f8000000000

// The page that second CPUs start in, in real mode (SIPI vector 8): their code, and at its end what they need. Known to
// Kernel/Boot/SecondCPUs.swift.
.set SECOND_PAGE, 0x8000
.set SECOND_TICKET, SECOND_PAGE + 0xf00
.set SECOND_ROOT, SECOND_PAGE + 0xf08
.set SECOND_STACKS, SECOND_PAGE + 0xf10

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

.code32
second_protected:
  movl $16, %eax
  movl %eax, %ds
  movl %eax, %es
  movl %eax, %ss
  movl %cr4, %eax
  orl $(1 << 5), %eax
  movl %eax, %cr4
  movl $boot_pml4, %eax
  movl %eax, %cr3
  movl $0xc0000080, %ecx
  rdmsr
  orl $((1 << 8) | (1 << 11) | 1), %eax
  wrmsr
  movl %cr0, %eax
  orl $((1 << 31) | (1 << 16) | 2), %eax
  andl $~((1 << 2) | (1 << 29) | (1 << 30)), %eax // no x87 emulation; caches on, INIT leaves them off
  movl %eax, %cr0
  ljmp $8, $second_long

.code64
second_long:
  movl $1, %edi
  lock xaddl %edi, SECOND_TICKET      // which of the CPUs that wait to be started this one becomes
  cmpl $8, %edi
  jae 1f
  movq SECOND_STACKS(,%rdi,8), %rsi
  testq %rsi, %rsi
  jz 1f
  movq SECOND_ROOT, %rdx
  jmpq *second_high_entry
1:cli
  hlt
  jmp 1b

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
  .quad 0, 0x00af9a000000ffff, 0x00cf92000000ffff, 0x00cf9a000000ffff
boot_gdtr:
  .word 31
  .long boot_gdt
  .balign 8
boot_high_stack: .quad apus_boot_stack_top
boot_high_entry: .quad apus_main
second_high_entry: .quad second_high

.section .boot.tables, "aw"
  .balign 4096
boot_pml4: .fill 4096, 1, 0
boot_pdpt: .fill 4096, 1, 0
boot_pd: .fill 4096, 1, 0
  .fill 256, 1, 0
boot_stack_end:

// Copied to SECOND_PAGE: from real mode to the 32-bit code above.
.section .rodata, "a"
.globl apus_second_cpu_code
.hidden apus_second_cpu_code
.globl apus_second_cpu_code_end
.hidden apus_second_cpu_code_end
.code16
apus_second_cpu_code:
  cli
  lgdtl %cs:(second_gdtr - apus_second_cpu_code)
  movl %cr0, %eax
  orl $1, %eax
  movl %eax, %cr0
  ljmpl $24, $second_protected
  .balign 4
second_gdtr:
  .word 31
  .long boot_gdt
apus_second_cpu_code_end:
.code64

.section .text, "ax"
second_high:                  // (edi: number, rsi: stack, rdx: the kernel's page table)
  movq %rdx, %cr3
  movq %rsi, %rsp
  xorl %ebp, %ebp
  pushq $0                    // the end of every stack walk
  jmp apus_second_main

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
