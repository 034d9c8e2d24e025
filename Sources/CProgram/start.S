// Entry of a program without a C library, the return from signal handlers, and the four memory functions that the
// compiler calls on its own.

.section .text, "ax"
.globl _start
_start:
  xorl %ebp, %ebp
  movq %rsp, program_stack(%rip)
  andq $-16, %rsp
  call program_main           // does not return
  ud2

.globl program_restorer
program_restorer:
  movl $15, %eax              // rt_sigreturn
  syscall
  ud2

.globl memcpy
.globl memmove
memmove:
  movq %rdi, %rax
  subq %rsi, %rax
  cmpq %rdx, %rax
  jb 1f
memcpy:
  movq %rdi, %rax
  movq %rdx, %rcx
  rep movsb
  ret
1:movq %rdi, %rax
  leaq -1(%rdi,%rdx), %rdi
  leaq -1(%rsi,%rdx), %rsi
  movq %rdx, %rcx
  std
  rep movsb
  cld
  ret

.globl memset
memset:
  movq %rdi, %r8
  movl %esi, %eax
  movq %rdx, %rcx
  rep stosb
  movq %r8, %rax
  ret

.globl memcmp
memcmp:
  xorl %eax, %eax
  xorl %ecx, %ecx
1:cmpq %rdx, %rcx
  je 2f
  movzbl (%rdi,%rcx), %eax
  movzbl (%rsi,%rcx), %r8d
  incq %rcx
  subl %r8d, %eax
  je 1b
2:ret

.section .bss
.balign 8
.globl program_stack
program_stack:
  .skip 8

.section .note.GNU-stack, "", @progbits
