// Memory operations of the tracer that Swift cannot promise: single instructions, so that an interrupt on the same
// CPU sees each as done or not done, without the bus lock that only other CPUs would need.
//
// Hosts that are not x86_64 take the C11 atomics: slower, same meaning.
#pragma once
#include "machine.h"
#include <stdbool.h>
#include <stdint.h>

#if defined(__x86_64__)
// Adds `count` and returns the value before: the reservation of ring words.
static inline __attribute__((always_inline)) uint64_t apus_trace_reserve(uint64_t *counter, uint64_t count) {
  __asm__ volatile("xaddq %0, %1" : "+r"(count), "+m"(*counter)::"memory", "cc");
  return count;
}
static inline __attribute__((always_inline)) void apus_trace_add(uint64_t *counter, uint64_t value) {
  __asm__("addq %1, %0" : "+m"(*counter) : "er"(value) : "cc");
}
static inline __attribute__((always_inline)) void apus_trace_increment(uint64_t *counter) { __asm__("incq %0" : "+m"(*counter)::"cc"); }
#else
static inline __attribute__((always_inline)) uint64_t apus_trace_reserve(uint64_t *counter, uint64_t count) {
  return __atomic_fetch_add(counter, count, __ATOMIC_RELAXED);
}
static inline __attribute__((always_inline)) void apus_trace_add(uint64_t *counter, uint64_t value) {
  __atomic_fetch_add(counter, value, __ATOMIC_RELAXED);
}
static inline __attribute__((always_inline)) void apus_trace_increment(uint64_t *counter) { __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED); }
#endif

// Stores the time stamp counter: two stores, where a register would first have to be put together.
#if defined(__x86_64__)
static inline __attribute__((always_inline)) void apus_trace_stamp(uint64_t *place) {
  __asm__ volatile("rdtsc\n\tmovl %%eax, %0\n\tmovl %%edx, 4+%0" : "=o"(*place)::"eax", "edx");
}
#else
static inline __attribute__((always_inline)) void apus_trace_stamp(uint64_t *place) { *place = apus_rdtsc(); }
#endif

// Between a producer and the drain on another CPU: what was stored before is seen before. Plain moves on x86_64.
static inline __attribute__((always_inline)) uint64_t apus_trace_load(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
static inline __attribute__((always_inline)) void apus_trace_store(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }
// Nothing moves across it; on x86_64 a promise of the compiler alone.
static inline __attribute__((always_inline)) void apus_trace_fence(void) { __atomic_thread_fence(__ATOMIC_ACQ_REL); }
// True when `word` held `expected` and now holds `desired`; orders like a lock.
static inline __attribute__((always_inline)) bool apus_trace_exchange(uint64_t *word, uint64_t expected, uint64_t desired) {
  return __atomic_compare_exchange_n(word, &expected, desired, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

// The lock counters of one CPU: arrays of apus_lock_class_count words, indexed by lock class.
struct apus_lock_counters {
  uint64_t *acquired, *contended, *wait_sum, *wait_max;
};
static inline __attribute__((always_inline)) struct apus_lock_counters apus_trace_locks(struct apus_percpu *cpu) {
  struct apus_lock_counters c = {cpu->lock_acquired, cpu->lock_contended, cpu->lock_wait_sum, cpu->lock_wait_max};
  return c;
}

// The name of a lock class, or null.
static inline __attribute__((always_inline)) const char *apus_trace_lock_name(uint32_t lock_class) {
#define X(id, name, rank, printed) [id] = printed,
  static const char *const names[] = {APUS_LOCK_CLASSES(X)};
#undef X
  return lock_class < sizeof names / sizeof *names ? names[lock_class] : 0;
}

// The name of a static key, as the boot line and the host write it, or null.
static inline __attribute__((always_inline)) const char *apus_trace_key_name(uint32_t key) {
#define X(id, name, sites) [id] = #name,
  static const char *const names[] = {APUS_KEYS(X)};
#undef X
  return key < sizeof names / sizeof *names ? names[key] : 0;
}
