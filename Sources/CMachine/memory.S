// memcpy, memmove, memset and memcmp, which the compiler calls and no C library supplies. In assembly because a C
// loop here would be turned back into a call to itself.

.section .text, "ax"
.globl memcpy
.globl memmove
memmove:
  movq %rdi, %rax
  subq %rsi, %rax
  cmpq %rdx, %rax
  jb 2f                       // the target starts inside the source: backwards
memcpy:
  movq %rdi, %rax
  movq %rdx, %rcx
  shrq $3, %rcx
  rep movsq
  movl %edx, %ecx
  andl $7, %ecx
  rep movsb
  ret
2:movq %rdi, %rax
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
  movzbl %sil, %eax
  movabsq $0x0101010101010101, %rcx
  imulq %rcx, %rax
  movq %rdx, %rcx
  shrq $3, %rcx
  rep stosq
  movl %edx, %ecx
  andl $7, %ecx
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

.section .note.GNU-stack, "", @progbits
