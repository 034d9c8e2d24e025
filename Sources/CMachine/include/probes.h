// Everything that can be traced is declared here, once: static keys, spans and lock classes.
//
// Why C: a probe that is off must be one 5-byte nop in the instruction stream. That takes `asm goto`, which Swift
// lacks; an inline C function is inlined into the Swift caller, nop and all. Numbers become Swift constants through
// the importer, and names go into the ELF section `apus_names`, from which the host tools read them by build-id:
// names never travel on the wire.
//
// To add a span or lock class, add a row; ids are permanent within one build only (the build-id guards them).
#pragma once
#include <stdbool.h>
#include <stdint.h>

// X(id, name, sites): a static key switches one group of probe sites. `sites` is the least number of them in the linked
// kernel; the audit after the link (`make probes`, LinkTests) fails when one has vanished.
#define APUS_KEYS(X)                                                                                                   \
  X(0, syscalls, 1)  /* system-call histogram and record */                                                            \
  X(1, process, 20)  /* spans exec, fork, exit, wait and their phases, sleep, log */                                                                \
  X(2, path, 2)      /* span path lookup */                                                                            \
  X(3, fault, 2)     /* span page fault */                                                                             \
  X(4, scheduler, 2) /* context switches */                                                                            \
  X(5, locks, 60)    /* hold times, order, which system call takes what: at every acquisition and release */           \
  X(6, samples, 1)   /* stacks of what runs, from the timer */                                                         \
  X(7, blocking, 2)  /* stacks of what sleeps, and of who wakes it */

// X(id, name, printed name): a span has a start and an end on one thread.
#define APUS_SPANS(X)                                                                                                  \
  X(1, exec, "exec")                                                                                                   \
  X(2, fork, "fork")                                                                                                   \
  X(3, exit, "exit")                                                                                                   \
  X(4, wait, "wait")                                                                                                   \
  X(5, path, "path_lookup")                                                                                            \
  X(6, fault, "page_fault")                                                                                            \
  X(7, switch, "context_switch")                                                                                       \
  X(8, log, "log")                   /* a line of the kernel's own */                                                  \
  X(9, sleep, "sleep")               /* from giving up the CPU to having it again */                                   \
  X(10, exec_load, "exec_load")      /* the file found and its head read */                                            \
  X(11, exec_image, "exec_image")    /* the new memory built */                                                        \
  X(12, exec_replace, "exec_replace") /* the old program given up */                                                   \
  X(13, fork_memory, "fork_memory")  /* address space copied */                                                        \
  X(14, fork_files, "fork_files")    /* descriptors copied */                                                          \
  X(15, exit_memory, "exit_memory")  /* address space given up */                                                      \
  X(16, exit_files, "exit_files")    /* descriptors closed */

// X(id, name, rank, printed name): a thread may take a lock only of a higher rank than those it holds.
#define APUS_LOCK_CLASSES(X)                                                                                           \
  X(0, process_table, 10, "process_table") /* parents, children, groups: taken first, around everything below */       \
  X(1, process, 12, "process")             /* one process's links and state */                                         \
  X(2, signals, 14, "signals")             /* pending signals and actions */                                           \
  X(3, file_table, 20, "file_table")       /* descriptors; no interrupt touches them */                                \
  X(4, open_file, 22, "open_file")         /* offset and flags of one open file */                                     \
  X(8, pipe, 30, "pipe")                   /* ring of one pipe */                                                      \
  X(9, terminal, 32, "terminal")           /* line discipline of one terminal; interrupts take it */                   \
  X(10, address_space, 40, "address_space") /* areas and page tables: user copy may fault under all above */           \
  X(11, futex, 36, "futex")                /* one bucket of waiters; reads the word under it */                        \
  X(5, mounts, 42, "mounts")               /* mount table */                                                           \
  X(6, directory, 45, "directory")         /* entries of one directory; taken parent before child */                   \
  X(7, inode, 46, "inode")                 /* size, times and pages of one file: a fault on a mapping takes it */      \
  X(12, wait_queue, 50, "wait_queue")      /* waiters of one event; interrupts take it */                              \
  X(13, timers, 54, "timers")              /* sleeping threads of one CPU; interrupts take it */                       \
  X(14, run_queue, 60, "run_queue")        /* runnable threads of one CPU; interrupts take it */                       \
  X(18, reaper, 8, "reaper")               /* the dead of all CPUs: only with legacy=wait4-clear */                    \
  X(17, kernel_stacks, 66, "kernel_stacks") /* list of free stacks */                                                   \
  X(15, heap, 70, "kernel_heap")           /* size classes; anything may allocate */                                   \
  X(16, frames, 80, "frame_allocator")     /* free physical frames: taken last */                                      \
  X(20, alarms, 48, "alarms")              /* timers that have gone off and not sent their signals; interrupts take it */  \
  X(21, event, 34, "event")                /* count of an eventfd, timer of a timerfd, ready list of an epoll */       \
  X(22, socket, 28, "socket")              /* state and queues of a socket */                                          \
  X(23, record_locks, 26, "record_locks")  /* fcntl's locks of all files */                                            \
  X(25, epoll_queue, 52, "epoll_queue")    /* who waits for an epoll: woken while a file's own wait_queue is held */    \
  X(24, epoll, 24, "epoll")                /* what one epoll watches; taken around poll of its files */                \
  X(19, console, 90, "console")            /* UART output */                                                           \
  X(26, epoll_nesting, 18, "epoll_nesting") /* an epoll is being put into another */                                   \
  X(27, names, 33, "names")                /* names of sockets and pty numbers */

// X(id, traits): what the tools must know of a class to judge it. 1: interrupts take it. 2: there is one for the whole
// kernel.
#define APUS_LOCK_TRAITS(X)                                                                                            \
  X(9, 1) X(12, 1) X(13, 1) X(14, 1) X(20, 3) X(25, 1) X(19, 3)                                                        \
  X(0, 2) X(5, 2) X(15, 2) X(16, 2) X(17, 2) X(18, 2) X(23, 2) X(26, 2) X(27, 2)

enum apus_key { 
#define X(id, name, sites) apus_key_id_##name = id,
  APUS_KEYS(X)
#undef X
  apus_key_count
};

enum apus_span {
#define X(id, name, printed) apus_span_##name = id,
  APUS_SPANS(X)
#undef X
};

enum apus_lock_class {
#define X(id, name, rank, printed) apus_lock_##name = id,
  APUS_LOCK_CLASSES(X)
#undef X
  apus_lock_class_count  // one more than the last row: the highest id comes last
};
// For checked builds and tests. A class of many instances may be nested in itself where its order says so.
static inline uint32_t apus_lock_rank(uint32_t lock_class) {
  switch (lock_class) {
#define X(id, name, rank, printed) case id: return rank;
    APUS_LOCK_CLASSES(X)
#undef X
  }
  return 0;
}
static inline bool apus_lock_nests(uint32_t lock_class) {
  // Parent before child; lower bucket first; the outer before the one it watches.
  return lock_class == apus_lock_directory || lock_class == apus_lock_futex || lock_class == apus_lock_epoll;
}
static inline const char *apus_lock_name(uint32_t lock_class) {
  switch (lock_class) {
#define X(id, name, rank, printed) case id: return printed;
    APUS_LOCK_CLASSES(X)
#undef X
  }
  return "?";
}
_Static_assert(apus_lock_class_count <= 32, "apus_percpu has room for 32 lock classes");
_Static_assert(apus_key_count <= 8, "loss counters are kept for 8 keys");

// A site: a nop that the kernel patches into a jump to the cold path. The table row is PC-relative (site, target, key),
// 12 bytes. The key is a literal in the text: an operand that cannot be satisfied would drop the asm in silence.
#if defined(APUS_KERNEL) && !defined(APUS_NO_TRACER)
#define APUS_KEY_FUNCTION(id, name, sites)                                                                                    \
  static inline __attribute__((always_inline)) bool apus_key_##name(void) {                                            \
    asm goto("1: .byte 0x0f, 0x1f, 0x44, 0x00, 0x00\n\t"                                                               \
             ".pushsection __jump_table, \"a\"\n\t"                                                                    \
             ".balign 4\n\t"                                                                                           \
             ".long 1b - ., %l[yes] - ., " #id "\n\t"                                                                  \
             ".popsection"                                                                                             \
             :                                                                                                         \
             :                                                                                                         \
             :                                                                                                         \
             : yes);                                                                                                   \
    return false;                                                                                                      \
  yes:                                                                                                                 \
    return true;                                                                                                       \
  }
#elif defined(APUS_KERNEL)
#define APUS_KEY_FUNCTION(id, name, sites)                                                                                    \
  static inline __attribute__((always_inline)) bool apus_key_##name(void) { return false; }
#else
extern uint8_t apus_host_keys[apus_key_count];
#define APUS_KEY_FUNCTION(id, name, sites)                                                                                    \
  static inline __attribute__((always_inline)) bool apus_key_##name(void) { return apus_host_keys[id] != 0; }
#endif

APUS_KEYS(APUS_KEY_FUNCTION)
