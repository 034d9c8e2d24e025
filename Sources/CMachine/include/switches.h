// Slow behaviours that can be brought back, to show what leaving them out is worth: `legacy=` and `experiment=` on the
// boot line (Kernel/Legacy). Each is a static key like those of probes.h: the kernel as it boots has one nop a site.
//
// Ids begin above those of probes.h, which the tracer's accounts are kept by.
#pragma once
#include "probes.h"

// X(id, name, sites, word): the word stands on the boot line.
#define APUS_SWITCHES(X)                                                                                               \
  X(16, wait4_clear, 2, "wait4-clear")                 /* every wait4 clears the list of the dead, under one lock */   \
  X(17, write_log, 1, "write-log")                     /* every write is looked at, some are logged */                 \
  X(18, yield_locks, 1, "yield-locks")                 /* sched_yield takes the run queue three times */               \
  X(19, sigaction_two_locks, 1, "sigaction-two-locks") /* the old action is read under a lock of its own */            \
  X(20, irq_locks, 4, "irq-locks")                     /* the descriptor table is locked with interrupts off */        \
  X(21, bss_prefault, 1, "bss-prefault")               /* exec fills every anonymous area with pages */                \
  X(22, fail, 3, "fail")                               /* allocations fail on purpose: fail=N on the boot line */

enum apus_switch {
#define X(id, name, sites, word) apus_switch_id_##name = id,
  APUS_SWITCHES(X)
#undef X
};

#define APUS_SWITCH_FUNCTION(id, name, sites, word) APUS_KEY_FUNCTION(id, switch_##name, sites)
#if defined(APUS_KERNEL)
APUS_SWITCHES(APUS_SWITCH_FUNCTION)
#endif

// The id of the switch with this word, or -1.
static inline int32_t apus_switch_named(const char *word, uint64_t length) {
#define X(id, name, sites, text)                                                                                       \
  if (length == sizeof(text) - 1 && __builtin_memcmp(word, text, sizeof(text) - 1) == 0) return id;
  APUS_SWITCHES(X)
#undef X
  return -1;
}
