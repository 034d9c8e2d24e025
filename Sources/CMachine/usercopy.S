// The only instructions that touch user memory, each with a fix-up: the page-fault handler looks the faulting address
// up in __ex_table and resumes at the fix-up. stac/clac open user memory for exactly these instructions (SMAP).
// Copies go by quadwords, then bytes; after a fault the rest is retried by bytes so that the count is exact.

.macro FIXUP at, to
  .pushsection __ex_table, "a"
  .balign 4
  .long \at - ., \to - .
  .popsection
.endm

.section .text, "ax"
.globl apus_user_copy
.hidden apus_user_copy
apus_user_copy:               // (rdi: to, rsi: from, rdx: count) -> rax: bytes not copied
  stac
  movq %rdx, %rcx
  shrq $3, %rcx
  jz 2f
1:rep movsq
2:movl %edx, %ecx
  andl $7, %ecx
  jz 4f
3:rep movsb
4:movq %rcx, %rax
  clac
  ret
5:leaq (,%rcx,8), %rcx        // a fault among the quadwords: go on by bytes to the exact place
  andl $7, %edx
  addq %rdx, %rcx
  jmp 3b
  FIXUP 1b, 5b
  FIXUP 3b, 4b

.globl apus_user_clear
.hidden apus_user_clear
apus_user_clear:              // (rdi: to, rsi: count) -> rax: bytes not cleared
  stac
  xorl %eax, %eax
  movq %rsi, %rcx
  shrq $3, %rcx
  jz 2f
1:rep stosq
2:movl %esi, %ecx
  andl $7, %ecx
  jz 4f
3:rep stosb
4:movq %rcx, %rax
  clac
  ret
5:leaq (,%rcx,8), %rcx
  andl $7, %esi
  addq %rsi, %rcx
  jmp 3b
  FIXUP 1b, 5b
  FIXUP 3b, 4b

.globl apus_user_copy_string
.hidden apus_user_copy_string
apus_user_copy_string:        // (rdi: to, rsi: from, rdx: limit) -> rax: length, limit, or -1
  stac
  xorl %eax, %eax
1:cmpq %rdx, %rax
  je 3f
2:movb (%rsi,%rax), %cl
  movb %cl, (%rdi,%rax)
  testb %cl, %cl
  je 3f
  incq %rax
  jmp 1b
3:clac
  ret
4:movq $-1, %rax
  jmp 3b
  FIXUP 2b, 4b

.globl apus_user_compare_exchange
.hidden apus_user_compare_exchange
apus_user_compare_exchange:   // (rdi: word, esi: expected, edx: desired, rcx: found) -> eax: 0 or -1
  movl %esi, %eax
  stac
1:lock cmpxchgl %edx, (%rdi)
  clac
  movl %eax, (%rcx)
  xorl %eax, %eax
  ret
2:clac
  movl $-1, %eax
  ret
  FIXUP 1b, 2b

// Whole words, which copies by bytes could tear.
.globl apus_user_load_word
.hidden apus_user_load_word
apus_user_load_word:          // (rdi: word, rsi: found) -> eax: 0 or -1
  stac
1:movl (%rdi), %ecx
  clac
  movl %ecx, (%rsi)
  xorl %eax, %eax
  ret
2:clac
  movl $-1, %eax
  ret
  FIXUP 1b, 2b

.globl apus_user_store_word
.hidden apus_user_store_word
apus_user_store_word:         // (rdi: word, esi: value) -> eax: 0 or -1
  stac
1:movl %esi, (%rdi)
  clac
  xorl %eax, %eax
  ret
2:clac
  movl $-1, %eax
  ret
  FIXUP 1b, 2b

.section .note.GNU-stack, "", @progbits
