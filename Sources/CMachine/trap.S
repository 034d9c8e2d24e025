// Entry from user mode and from interrupts. Both build the same frame (TrapFrame in Swift), so that signals, fork and
// exec see one layout:
//   r15 r14 r13 r12 r11 r10 r9 r8 rbp rdi rsi rdx rcx rbx rax | vector error | rip cs rflags rsp ss
// Interrupts are off from entry until Swift turns them on, and off again when Swift returns.

.set USER_CS, 0x23
.set USER_SS, 0x1b
.set VECTOR_SYSCALL, 256

.macro SAVE_REGISTERS
  pushq %rax
  pushq %rbx
  pushq %rcx
  pushq %rdx
  pushq %rsi
  pushq %rdi
  pushq %rbp
  pushq %r8
  pushq %r9
  pushq %r10
  pushq %r11
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
.endm

.macro RESTORE_REGISTERS
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %r11
  popq %r10
  popq %r9
  popq %r8
  popq %rbp
  popq %rdi
  popq %rsi
  popq %rdx
  popq %rcx
  popq %rbx
  popq %rax
.endm

.section .text.entry, "ax"
.balign 16
.globl apus_syscall_entry
.hidden apus_syscall_entry
apus_syscall_entry:
  swapgs
  movq %rsp, %gs:24
  movq %gs:16, %rsp
  pushq $USER_SS
  pushq %gs:24
  pushq %r11
  pushq $USER_CS
  pushq %rcx
  pushq %rax                  // error slot: the call's number, for restarts
  pushq $VECTOR_SYSCALL
  SAVE_REGISTERS
  xorl %ebp, %ebp             // user frame pointers end here for kernel stack walks
  movq %rsp, %rdi
  sti
  call apus_syscall           // returns with interrupts off and the frame ready
  // sysret needs rcx = rip, r11 = rflags and a canonical rip; everything else leaves by iret.
  movq 136(%rsp), %rcx
  cmpq %rcx, 96(%rsp)
  jne apus_return_to_user
  movq 152(%rsp), %r11
  cmpq %r11, 32(%rsp)
  jne apus_return_to_user
  shrq $47, %rcx
  jnz apus_return_to_user
  RESTORE_REGISTERS
  movq 40(%rsp), %rsp
  swapgs
  sysretq

.balign 16
.globl apus_return_to_user
.hidden apus_return_to_user
apus_return_to_user:
  RESTORE_REGISTERS
  addq $16, %rsp
  swapgs
1:iretq

.balign 16
trap_common:
  SAVE_REGISTERS
  cld
  testb $3, 144(%rsp)
  jz 1f
  swapgs
  xorl %ebp, %ebp
1:clac
  movq %rsp, %rdi
  call apus_trap              // returns with interrupts off
  testb $3, 144(%rsp)
  jnz apus_return_to_user
  RESTORE_REGISTERS
  addq $16, %rsp
  iretq

// One stub a vector, 16 bytes apart. The CPU pushes an error code for 8, 10-14, 17, 21, 29 and 30 only.
.balign 16
.globl apus_trap_stubs
.hidden apus_trap_stubs
apus_trap_stubs:
.set vector, 0
.rept 256
  .balign 16
  .if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30)
  pushq $0
  .endif
  pushq $vector
  jmp trap_common
  .set vector, vector + 1
.endr

.section .note.GNU-stack, "", @progbits
