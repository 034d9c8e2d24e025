// What a program without a C library needs and Swift cannot say: the `syscall` instruction, the time stamp counter, the
// stack that the kernel prepared, and where a signal handler returns to.
#pragma once
#include <stdint.h>

// The registers of a system call, System V ABI for x86_64, A.2.1: number in rax, arguments in rdi, rsi, rdx, r10, r8, r9;
// rcx and r11 are overwritten. The result is -errno on failure.
#define PROGRAM_SYSCALL(...)                                                                                           \
  long result;                                                                                                         \
  __asm__ volatile("syscall" : "=a"(result) : __VA_ARGS__ : "rcx", "r11", "memory");                                   \
  return result
#define PROGRAM_INLINE static inline __attribute__((always_inline))

PROGRAM_INLINE long program_call0(long n) { PROGRAM_SYSCALL("a"(n)); }
PROGRAM_INLINE long program_call1(long n, long a) { PROGRAM_SYSCALL("a"(n), "D"(a)); }
PROGRAM_INLINE long program_call2(long n, long a, long b) { PROGRAM_SYSCALL("a"(n), "D"(a), "S"(b)); }
PROGRAM_INLINE long program_call3(long n, long a, long b, long c) { PROGRAM_SYSCALL("a"(n), "D"(a), "S"(b), "d"(c)); }

PROGRAM_INLINE long program_call4(long n, long a, long b, long c, long d) {
  register long r10 __asm__("r10") = d;
  PROGRAM_SYSCALL("a"(n), "D"(a), "S"(b), "d"(c), "r"(r10));
}

PROGRAM_INLINE long program_call5(long n, long a, long b, long c, long d, long e) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  PROGRAM_SYSCALL("a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8));
}

PROGRAM_INLINE long program_call6(long n, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  PROGRAM_SYSCALL("a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9));
}

// Under QEMU's -icount a tick is one guest instruction. The fence keeps what stands before it before it.
PROGRAM_INLINE uint64_t program_ticks(void) {
  uint32_t low, high;
  __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high)::"memory");
  return (uint64_t)high << 32 | low;
}

// A store that the compiler must not leave out or move.
PROGRAM_INLINE void program_touch(uint64_t address) { *(volatile char*)address = 1; }

// A call through an address that is only known when the program runs: clock_gettime of the vDSO.
typedef int (*program_clock)(int, void*);
PROGRAM_INLINE int program_call_clock(uint64_t function, int clock, void* time) {
  return ((program_clock)function)(clock, time);
}

// The argument count, as the kernel left it on the stack (System V ABI, 3.4.1).
extern uint64_t program_stack;
PROGRAM_INLINE uint64_t program_initial_stack(void) { return program_stack; }

// SA_RESTORER of sigaction(2): calls rt_sigreturn.
void program_restorer(void);
PROGRAM_INLINE uint64_t program_restorer_address(void) { return (uint64_t)&program_restorer; }
