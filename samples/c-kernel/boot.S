// What QEMU's -kernel needs: a multiboot header, a stack, and the way into C. 32-bit, paging off.
.section .multiboot, "a"
.balign 4
.long 0x1badb002, 0, -0x1badb002

.text
.globl _start
_start:
  movl $stack_end, %esp
  pushl %ebx              // multiboot information
  call kernel_main
1:cli
  hlt
  jmp 1b

.bss
.balign 16
.skip 16384
stack_end:

.section .note.GNU-stack, "", @progbits
