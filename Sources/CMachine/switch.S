// Context switch: callee-saved registers on the old stack, stack pointers exchanged. Called with interrupts off.

.section .text, "ax"
.globl apus_switch
.hidden apus_switch
apus_switch:                  // (rdi: where to save the old stack pointer, rsi: the new one)
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret

// A new thread's stack is built so that apus_switch "returns" here. Its frame or argument lies above.
.globl apus_thread_start
.hidden apus_thread_start
apus_thread_start:
  xorl %ebp, %ebp
  call apus_thread_main       // finishes the switch; a kernel thread never comes back
  jmp apus_return_to_user

.section .note.GNU-stack, "", @progbits
