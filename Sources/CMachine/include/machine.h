// What Swift cannot say: privileged instructions, %gs-relative per-CPU data, user copy, context switch.
//
// The host build has the same interface with harmless bodies, so that KernelCore and Tracer compile and test there.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "probes.h"
#ifndef APUS_KERNEL
#include <sched.h>
#endif

// Data of one CPU. %gs points at it while the kernel runs; the offsets of the first five fields are known to trap.S.
struct apus_percpu {
  struct apus_percpu *base;   // 0: its own address
  void *current;              // 8: the running thread (Unmanaged<Thread>)
  uint64_t kernel_stack;      // 16: top of the running thread's kernel stack
  uint64_t user_stack;        // 24: scratch of the system call entry
  uint32_t cpu;               // 32: index, 0 is the boot CPU
  uint32_t need_resched;      // 36: set by the timer and by wake-ups, read before returning to user mode
  void *scheduler;            // 40: Unmanaged<CPU>
  void *trace;                // 48: CPUTrace of the tracer, or null
  uint32_t requests;          // 56: what other CPUs ask of this one (Kernel/CPU/Interprocessor.swift); atomic
  uint32_t awaited;           // 60: CPUs that have not flushed yet for this one; atomic
  uint64_t lock_acquired[32]; // by lock class: one non-locked increment a lock
  uint64_t lock_contended[32];
  uint64_t lock_wait_sum[32]; // TSC ticks
  uint64_t lock_wait_max[32];
  uint32_t interrupt_depth;   // handlers of interrupts that run now
  uint32_t no_faults;         // a fault on user memory is to fail and not to be resolved
  // Checked builds: the locks held here, innermost last; those below `held_base` belong to what an interrupt interrupted.
  uint32_t held_count;
  uint32_t held_base;
  struct apus_held_lock {
    const void *lock;
    uint64_t site;
    uint32_t lock_class;
  } held[24];
};

#ifdef APUS_KERNEL
static inline __attribute__((always_inline)) struct apus_percpu *apus_percpu(void) {
  struct apus_percpu *p;
  __asm__ volatile("movq %%gs:0, %0" : "=r"(p));
  return p;
}
static inline __attribute__((always_inline)) void *apus_current(void) {
  void *p;
  __asm__ volatile("movq %%gs:8, %0" : "=r"(p));
  return p;
}
// The running thread and CPU as addresses, once there is a scheduler: the hot paths need no check for null.
static inline __attribute__((always_inline)) uint64_t apus_running(void) {
  uint64_t p;
  __asm__ volatile("movq %%gs:8, %0" : "=r"(p));
  return p;
}
static inline __attribute__((always_inline)) uint64_t apus_running_cpu(void) {
  uint64_t p;
  __asm__ volatile("movq %%gs:40, %0" : "=r"(p));
  return p;
}
static inline __attribute__((always_inline)) uint32_t apus_need_resched(void) {
  uint32_t v;
  __asm__ volatile("movl %%gs:36, %0" : "=r"(v));
  return v;
}
static inline __attribute__((always_inline)) void *apus_cpu_trace(void) {
  void *p;
  __asm__ volatile("movq %%gs:48, %0" : "=r"(p));
  return p;
}
static inline __attribute__((always_inline)) uint32_t apus_cpu_requests(void) {
  uint32_t v;
  __asm__ volatile("movl %%gs:56, %0" : "=r"(v));
  return v;
}
// A lock has been taken: two instructions, always. The holder's site goes into the lock, where whoever waits finds it, and
// the class is counted on this CPU. The site is told by its place in `apus_sites`, a section that is never loaded, so
// that it is a small number; 0 means nobody yet. The count is also a site of the key `locks`: its first five bytes are
// patched into a jump to where the function returns true, which then has to count; 256 in the key tells that it was no nop.
#ifdef APUS_NO_TRACER
#define APUS_LOCK_KEY
#else
#define APUS_LOCK_KEY                                                                                                  \
  ".pushsection __jump_table, \"a\"\n\t.balign 4\n\t.long 1b - ., %l[yes] - ., 256 + 5\n\t.popsection\n\t"
#endif
#ifdef APUS_NO_TRACER
// What `make probes` measures counting against.
#define APUS_LOCK_TAKEN(id, name, rank, printed)                                                                       \
  static inline __attribute__((always_inline)) bool apus_lock_taken_##name(uint32_t *holder) {                         \
    (void)holder;                                                                                                      \
    return false;                                                                                                      \
  }
#else
#define APUS_LOCK_TAKEN(id, name, rank, printed)                                                                       \
  static inline __attribute__((always_inline)) bool apus_lock_taken_##name(uint32_t *holder) {                         \
    __asm__ goto("movl $2f + 1, %[holder]\n\t"                                                                         \
             "1: incq %%gs:%c[counters] + 8 * " #id "\n\t"                                                             \
             APUS_LOCK_KEY                                                                                             \
             ".pushsection apus_sites, \"\", @progbits\n\t"                                                            \
             "2: .quad 1b, " #id "\n\t"                                                                                \
             ".popsection"                                                                                             \
             :                                                                                                         \
             : [holder] "m"(*holder), [counters] "i"(offsetof(struct apus_percpu, lock_acquired))                      \
             : "memory", "cc"                                                                                          \
             : yes);                                                                                                   \
    return false;                                                                                                      \
  yes:                                                                                                                 \
    return true;                                                                                                       \
  }
#endif
APUS_LOCK_CLASSES(APUS_LOCK_TAKEN)
static inline __attribute__((always_inline)) uint32_t apus_cpu_index(void) {
  uint32_t index;
  __asm__ volatile("movl %%gs:%c1, %0" : "=r"(index) : "i"(offsetof(struct apus_percpu, cpu)));
  return index;
}
static inline __attribute__((always_inline)) void apus_outb(uint16_t port, uint8_t v) { __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port)); }
static inline __attribute__((always_inline)) uint8_t apus_inb(uint16_t port) {
  uint8_t v;
  __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
  return v;
}
static inline __attribute__((always_inline)) void apus_outl(uint16_t port, uint32_t v) { __asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port)); }
static inline __attribute__((always_inline)) uint32_t apus_inl(uint16_t port) {
  uint32_t v;
  __asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
  return v;
}
static inline __attribute__((always_inline)) void apus_outw(uint16_t port, uint16_t v) { __asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port)); }
// (high:low) / divisor; the quotient must fit. In C because Swift's dividingFullWidth calls a 128-bit library division.
static inline __attribute__((always_inline)) uint64_t apus_divide(uint64_t high, uint64_t low, uint64_t divisor) {
  __asm__("divq %2" : "+a"(low), "+d"(high) : "r"(divisor) : "cc");
  return low;
}
// Device registers: exactly one access of exactly this width.
static inline __attribute__((always_inline)) void apus_store32(uint64_t address, uint32_t v) { *(volatile uint32_t *)address = v; }
static inline __attribute__((always_inline)) uint32_t apus_load32(uint64_t address) { return *(volatile uint32_t *)address; }
static inline __attribute__((always_inline)) void apus_cli(void) { __asm__ volatile("cli" ::: "memory"); }
static inline __attribute__((always_inline)) void apus_sti(void) { __asm__ volatile("sti" ::: "memory"); }
// The instruction after sti runs before an interrupt is taken, so a wake-up between the check and the halt is not lost.
static inline __attribute__((always_inline)) void apus_sti_hlt(void) { __asm__ volatile("sti; hlt" ::: "memory"); }
static inline __attribute__((always_inline)) void apus_hlt(void) { __asm__ volatile("hlt" ::: "memory"); }
static inline __attribute__((always_inline)) void apus_pause(void) { __asm__ volatile("pause" ::: "memory"); }
static inline __attribute__((always_inline)) uint64_t apus_save_flags_cli(void) {
  uint64_t f;
  __asm__ volatile("pushfq; popq %0; cli" : "=r"(f)::"memory");
  return f;
}
static inline __attribute__((always_inline)) void apus_restore_flags(uint64_t f) { __asm__ volatile("pushq %0; popfq" ::"r"(f) : "memory", "cc"); }
static inline __attribute__((always_inline)) uint64_t apus_rdtsc(void) {
  // The upper halves of both are cleared (SDM volume 2: RDTSC).
  uint64_t lo, hi;
  __asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
  return (hi << 32) | lo;
}
static inline __attribute__((always_inline)) uint64_t apus_rdmsr(uint32_t msr) {
  uint32_t lo, hi;
  __asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
  return ((uint64_t)hi << 32) | lo;
}
static inline __attribute__((always_inline)) void apus_wrmsr(uint32_t msr, uint64_t v) {
  __asm__ volatile("wrmsr" ::"c"(msr), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)) : "memory");
}
static inline __attribute__((always_inline)) uint64_t apus_read_cr2(void) {
  uint64_t v;
  __asm__ volatile("movq %%cr2, %0" : "=r"(v));
  return v;
}
static inline __attribute__((always_inline)) uint64_t apus_read_cr3(void) {
  uint64_t v;
  __asm__ volatile("movq %%cr3, %0" : "=r"(v));
  return v;
}
static inline __attribute__((always_inline)) void apus_write_cr3(uint64_t v) { __asm__ volatile("movq %0, %%cr3" ::"r"(v) : "memory"); }
static inline __attribute__((always_inline)) uint64_t apus_read_cr0(void) {
  uint64_t v;
  __asm__ volatile("movq %%cr0, %0" : "=r"(v));
  return v;
}
static inline __attribute__((always_inline)) void apus_write_cr0(uint64_t v) { __asm__ volatile("movq %0, %%cr0" ::"r"(v) : "memory"); }
static inline __attribute__((always_inline)) uint64_t apus_read_cr4(void) {
  uint64_t v;
  __asm__ volatile("movq %%cr4, %0" : "=r"(v));
  return v;
}
static inline __attribute__((always_inline)) void apus_write_cr4(uint64_t v) { __asm__ volatile("movq %0, %%cr4" ::"r"(v) : "memory"); }
static inline __attribute__((always_inline)) void apus_invlpg(uint64_t address) { __asm__ volatile("invlpg (%0)" ::"r"(address) : "memory"); }
static inline __attribute__((always_inline)) uint64_t apus_frame_pointer(void) { return (uint64_t)__builtin_frame_address(0); }
struct apus_cpuid {
  uint32_t eax, ebx, ecx, edx;
};
static inline __attribute__((always_inline)) struct apus_cpuid apus_cpuid(uint32_t leaf, uint32_t subleaf) {
  struct apus_cpuid r;
  __asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
  return r;
}
static inline __attribute__((always_inline)) bool apus_rdrand(uint64_t *out) {
  uint8_t ok;
  __asm__ volatile("rdrand %0; setc %1" : "=r"(*out), "=qm"(ok)::"cc");
  return ok != 0;
}
static inline __attribute__((always_inline)) void apus_fxsave(void *area) { __asm__ volatile("fxsave64 (%0)" ::"r"(area) : "memory"); }
static inline __attribute__((always_inline)) void apus_fxrstor(const void *area) { __asm__ volatile("fxrstor64 (%0)" ::"r"(area) : "memory"); }
static inline __attribute__((always_inline)) void apus_load_tables(const void *gdtr, const void *idtr, uint16_t tss) {
  __asm__ volatile("lgdt (%0)\n\t"
                   "pushq $0x08\n\t"
                   "leaq 1f(%%rip), %%rax\n\t"
                   "pushq %%rax\n\t"
                   "lretq\n"
                   "1: movl $0x10, %%eax\n\t"
                   "movl %%eax, %%ds\n\tmovl %%eax, %%es\n\tmovl %%eax, %%ss\n\t"
                   "xorl %%eax, %%eax\n\tmovl %%eax, %%fs\n\tmovl %%eax, %%gs\n\t"
                   "lidt (%1)\n\tltr %w2"
                   ::"r"(gdtr), "r"(idtr), "r"((uint32_t)tss)
                   : "rax", "memory");
}

// An address in the function that this is inlined into: who takes a lock.
static inline __attribute__((always_inline)) uint64_t apus_here(void) {
  uint64_t v;
  __asm__ volatile("leaq 0(%%rip), %0" : "=r"(v));
  return v;
}

// The address that the calling function returns to.
static inline __attribute__((always_inline)) uint64_t apus_return_address(void) { return (uint64_t)__builtin_return_address(0); }

// trap.S, switch.S, boot.S
extern const uint8_t apus_trap_stubs[];    // 256 stubs of 16 bytes
void apus_syscall_entry(void);             // the address for LSTAR
void apus_return_to_user(void);            // first code of a new user thread: its stack holds a trap frame
void apus_thread_start(void);              // first code of a new kernel thread: calls apus_thread_main
void apus_switch(uint64_t *save_stack, uint64_t load_stack);
static inline __attribute__((always_inline)) uint64_t apus_address_trap_stubs(void) { return (uint64_t)apus_trap_stubs; }
static inline __attribute__((always_inline)) uint64_t apus_address_syscall_entry(void) { return (uint64_t)&apus_syscall_entry; }
static inline __attribute__((always_inline)) uint64_t apus_address_return_to_user(void) { return (uint64_t)&apus_return_to_user; }
static inline __attribute__((always_inline)) uint64_t apus_address_thread_start(void) { return (uint64_t)&apus_thread_start; }

// The vDSO's image (vdso.S) and the data at its end.
extern const uint8_t apus_vdso_start[], apus_vdso_data[], apus_vdso_end[];
static inline __attribute__((always_inline)) uint64_t apus_address_vdso_start(void) { return (uint64_t)apus_vdso_start; }
static inline __attribute__((always_inline)) uint64_t apus_address_vdso_data(void) { return (uint64_t)apus_vdso_data; }
static inline __attribute__((always_inline)) uint64_t apus_address_vdso_end(void) { return (uint64_t)apus_vdso_end; }

// Linker script symbols, as addresses. Not const: the compiler drops stores into what it believes constant.
#define APUS_SYMBOL(name)                                                                                              \
  extern uint8_t name[];                                                                                         \
  static inline __attribute__((always_inline)) uint64_t apus_symbol##name(void) { return (uint64_t)name; }
APUS_SYMBOL(__text_start)
APUS_SYMBOL(__text_end)
APUS_SYMBOL(__rodata_start)
APUS_SYMBOL(__rodata_end)
APUS_SYMBOL(__data_start)
APUS_SYMBOL(__kernel_end)
APUS_SYMBOL(__jump_table_start)
APUS_SYMBOL(__jump_table_end)
APUS_SYMBOL(__exception_table_start)
APUS_SYMBOL(__exception_table_end)
APUS_SYMBOL(__build_id_start)
APUS_SYMBOL(__build_id_end)
APUS_SYMBOL(apus_boot_percpu)
APUS_SYMBOL(apus_boot_stack_top)
APUS_SYMBOL(apus_second_cpu_code)
APUS_SYMBOL(apus_second_cpu_code_end)
#else
extern _Thread_local struct apus_percpu apus_host_percpu;
extern _Thread_local uint32_t apus_host_lock_misuse;  // what a checked lock has found
extern _Thread_local uint32_t apus_host_shot_down;  // CPUs that a test's code has asked to flush
static inline __attribute__((always_inline)) struct apus_percpu *apus_percpu(void) { return &apus_host_percpu; }
static inline __attribute__((always_inline)) uint32_t apus_cpu_index(void) { return apus_host_percpu.cpu; }
static inline __attribute__((always_inline)) void *apus_current(void) { return apus_host_percpu.current; }
static inline __attribute__((always_inline)) void *apus_cpu_trace(void) { return apus_host_percpu.trace; }
static inline __attribute__((always_inline)) uint32_t apus_cpu_requests(void) { return apus_host_percpu.requests; }
#define APUS_LOCK_TAKEN(id, name, rank, printed)                                                                       \
  static inline __attribute__((always_inline)) bool apus_lock_taken_##name(uint32_t *holder) {                         \
    __atomic_store_n(holder, id + 1, __ATOMIC_RELAXED);                                                                \
    if (apus_key_locks()) return true;                                                                                 \
    apus_host_percpu.lock_acquired[id]++;                                                                              \
    return false;                                                                                                      \
  }
APUS_LOCK_CLASSES(APUS_LOCK_TAKEN)
static inline __attribute__((always_inline)) uint64_t apus_here(void) { return 0; }
static inline __attribute__((always_inline)) uint64_t apus_return_address(void) { return 0; }
static inline __attribute__((always_inline)) void apus_cli(void) {}
static inline __attribute__((always_inline)) void apus_sti(void) {}
static inline __attribute__((always_inline)) void apus_invlpg(uint64_t address) { (void)address; }
static inline __attribute__((always_inline)) void apus_write_cr3(uint64_t v) { (void)v; }
// Host threads are more than processors: who waits lets the holder run.
static inline __attribute__((always_inline)) void apus_pause(void) { sched_yield(); }
static inline __attribute__((always_inline)) uint64_t apus_save_flags_cli(void) { return 0; }
static inline __attribute__((always_inline)) void apus_restore_flags(uint64_t f) { (void)f; }
static inline __attribute__((always_inline)) uint64_t apus_rdtsc(void) { return __builtin_ia32_rdtsc(); }
#endif

// For a class known where this is inlined: all but one row goes away.
static inline __attribute__((always_inline)) bool apus_lock_taken(uint32_t lock_class, uint32_t *holder) {
  switch (lock_class) {
#define X(id, name, rank, printed) case id: return apus_lock_taken_##name(holder);
    APUS_LOCK_CLASSES(X)
#undef X
  }
  return false;
}
// The end of holding a lock: only the holder writes the word, so one instruction that no other CPU can tear does. The
// host's thread sanitizer sees no instructions, and takes the longer way.
static inline __attribute__((always_inline)) void apus_lock_pass(uint32_t *owner) {
#ifdef APUS_KERNEL
  __asm__ volatile("incl %0" : "+m"(*owner)::"memory", "cc");
#else
  __atomic_store_n(owner, *owner + 1, __ATOMIC_RELEASE);
#endif
}

// Adds to a shared word and returns what it held: reference counts in raw memory, where Swift's Atomic has no home.
static inline __attribute__((always_inline)) uint32_t apus_atomic_add(uint32_t *word, int32_t amount) {
  return __atomic_fetch_add(word, (uint32_t)amount, __ATOMIC_ACQ_REL);
}

// A byte that others may look at meanwhile.
static inline __attribute__((always_inline)) uint8_t apus_load_byte(const void *byte) {
  return __atomic_load_n((const uint8_t *)byte, __ATOMIC_RELAXED);
}
static inline __attribute__((always_inline)) void apus_store_byte(void *byte, uint8_t v) {
  __atomic_store_n((uint8_t *)byte, v, __ATOMIC_RELAXED);
}
static inline __attribute__((always_inline)) void apus_atomic_add64(uint64_t *word, uint64_t amount) {
  __atomic_fetch_add(word, amount, __ATOMIC_RELAXED);
}
// Full barriers all: a request is seen by whoever is asked before the interrupt that announces it.
static inline __attribute__((always_inline)) void apus_atomic_or(uint32_t *word, uint32_t bits) {
  (void)__atomic_fetch_or(word, bits, __ATOMIC_SEQ_CST);
}
static inline __attribute__((always_inline)) void apus_atomic_and(uint32_t *word, uint32_t bits) {
  (void)__atomic_fetch_and(word, bits, __ATOMIC_SEQ_CST);
}
static inline __attribute__((always_inline)) uint32_t apus_atomic_exchange(uint32_t *word, uint32_t v) {
  return __atomic_exchange_n(word, v, __ATOMIC_SEQ_CST);
}
static inline __attribute__((always_inline)) uint32_t apus_atomic_load(const uint32_t *word) {
  return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

// Answers what other CPUs ask of this one. Whoever waits for another CPU calls it while `apus_cpu_requests` is not zero,
// or two that wait for each other would wait for ever.
void apus_serve_requests(void);
// A checked build has found a lock misused: `held` is in the way of one of `lock_class` wanted at `site`. Does not return
// in the kernel.
enum apus_lock_misuse {
  apus_lock_fine,
  apus_lock_taken_twice,
  apus_lock_out_of_order,
  apus_lock_plain_in_interrupt,
  apus_lock_too_many,
  apus_lock_still_held,
};
void apus_lock_misused(enum apus_lock_misuse what, const struct apus_held_lock *held, uint32_t lock_class, uint64_t site);
// The row of the system call that the running thread is in (wire format: 512 for large numbers, 640 for none), and in
// *serial what tells it from the thread's next one.
uint32_t apus_current_call(uint64_t *serial);
// Adds the running thread's stack to those that waited for a lock taken at `holder`, for `ticks`.
void apus_trace_lock_wait(uint32_t holder, uint64_t ticks);
// Makes the CPUs of the mask forget what they know of user pages; returns when all have.
void apus_shoot_down(uint32_t cpus);

// User memory. Every function returns without touching user memory it was not told to; a fault ends the copy.
// Callers have checked that the range lies in the user half. Bytes NOT copied are returned: 0 is success.
size_t apus_user_copy(void *to, const void *from, size_t count);
size_t apus_user_clear(void *to, size_t count);
// Copies up to and including the NUL. Returns the length without it, -1 on a fault, or `limit` when no NUL was found.
int64_t apus_user_copy_string(uint8_t *to, const uint8_t *from, size_t limit);
// Atomic compare-and-exchange on a user word. Returns 0, or -1 on a fault; *found is what was there.
int32_t apus_user_compare_exchange(uint32_t *word, uint32_t expected, uint32_t desired, uint32_t *found);
// One load or store of a user word, never torn. Returns 0, or -1 on a fault.
int32_t apus_user_load_word(const uint32_t *word, uint32_t *found);
int32_t apus_user_store_word(uint32_t *word, uint32_t value);
