// The vDSO (vdso(7)): one page that every program has mapped, an ELF shared object whose functions read the clock
// without entering the kernel. In assembly because it is an image, not code of the kernel: it is copied at boot, runs in
// user mode at any address, and its last words are data that the kernel keeps true (VirtualObject in Swift).
//
// Layout after elf(5): header, program headers, hash table, symbols, strings, dynamic section, code, data.

.section .rodata.vdso, "a"
.balign 8
.globl apus_vdso_start
.hidden apus_vdso_start
apus_vdso_start:
base:
  .byte 0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0
  .short 3, 62                // ET_DYN, EM_X86_64
  .long 1
  .quad 0, headers - base, 0  // entry, program headers, section headers
  .long 0
  .short 64, 56, 2, 64, 0, 0

headers:
  .long 1, 5                  // PT_LOAD, R-X
  .quad 0, 0, 0, 4096, 4096, 4096
  .long 2, 4                  // PT_DYNAMIC
  .quad dynamic - base, dynamic - base, dynamic - base, dynamic_end - dynamic, dynamic_end - dynamic, 8

hash:                         // one bucket: a chain of all symbols
  .long 1, 4
  .long 1
  .long 0, 2, 3, 0

.balign 8
.macro SYMBOL name, function, size
  .long \name - strings
  .byte 0x12, 0               // STB_GLOBAL, STT_FUNC
  .short 1
  .quad \function - base, \size
.endm
symbols:
  .quad 0, 0, 0
  SYMBOL clock_gettime_name, clock_gettime, clock_gettime_end - clock_gettime
  SYMBOL gettimeofday_name, gettimeofday, gettimeofday_end - gettimeofday
  SYMBOL time_name, time, time_end - time

strings:
  .byte 0
clock_gettime_name: .asciz "__vdso_clock_gettime"
gettimeofday_name: .asciz "__vdso_gettimeofday"
time_name: .asciz "__vdso_time"
object_name: .asciz "linux-vdso.so.1"
strings_end:

.balign 8
dynamic:
  .quad 14, object_name - strings       // DT_SONAME
  .quad 4, hash - base                  // DT_HASH
  .quad 5, strings - base               // DT_STRTAB
  .quad 6, symbols - base               // DT_SYMTAB
  .quad 10, strings_end - strings       // DT_STRSZ
  .quad 11, 24                          // DT_SYMENT
  .quad 0, 0
dynamic_end:

// rax: nanoseconds since boot. Changes rdx. What Clock.monotonic() does.
.macro NANOSECONDS
  lfence                      // not before what the program did before
  rdtsc
  shlq $32, %rdx
  orq %rdx, %rax
  subq boot_ticks(%rip), %rax
  mulq scale(%rip)
  shrdq $32, %rdx, %rax
.endm

// rax: nanoseconds in; rdx: seconds, rax: nanoseconds of the second. Changes rcx. The quotient by multiplication with
// 2^75 / 5^9 after the shift by 9 is exact for all 64-bit numbers.
.macro SPLIT
  movq %rax, %rcx
  shrq $9, %rax
  movabsq $0x44b82fa09b5a53, %rdx
  mulq %rdx
  shrq $11, %rdx
  imulq $1000000000, %rdx, %rax
  subq %rax, %rcx
  movq %rcx, %rax
.endm

.balign 16
clock_gettime:                // (edi: clock, rsi: struct timespec)
  cmpl $1, %edi               // CLOCK_MONOTONIC
  ja 2f
  NANOSECONDS
  testl %edi, %edi
  jnz 3f
  addq wall_offset(%rip), %rax // CLOCK_REALTIME
3:SPLIT
  movq %rdx, (%rsi)
  movq %rax, 8(%rsi)
  xorl %eax, %eax
  ret
2:movl $228, %eax
  syscall
  ret
clock_gettime_end:

.balign 16
gettimeofday:                 // (rdi: struct timeval or 0, rsi: struct timezone or 0)
  testq %rdi, %rdi
  jz 1f
  NANOSECONDS
  addq wall_offset(%rip), %rax
  SPLIT
  movq %rdx, (%rdi)
  xorl %edx, %edx
  movl $1000, %ecx
  divq %rcx
  movq %rax, 8(%rdi)
1:testq %rsi, %rsi
  jz 2f
  movq $0, (%rsi)
2:xorl %eax, %eax
  ret
gettimeofday_end:

.balign 16
time:                         // (rdi: time_t or 0)
  NANOSECONDS
  addq wall_offset(%rip), %rax
  SPLIT
  testq %rdi, %rdi
  jz 1f
  movq %rdx, (%rdi)
1:movq %rdx, %rax
  ret
time_end:

.balign 8
.globl apus_vdso_data
.hidden apus_vdso_data
apus_vdso_data:
boot_ticks: .quad 0
scale: .quad 0
wall_offset: .quad 0
.globl apus_vdso_end
.hidden apus_vdso_end
apus_vdso_end:

.section .note.GNU-stack, "", @progbits
