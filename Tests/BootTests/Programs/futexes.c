// futex(2) and clone(2) as a library calls them: errors, wake counts, bit sets, requeue, wake_op, time-outs, sharing.
#include "check.h"
#include <limits.h>
#define FUTEX_PRIVATE_FLAG 128
#define FUTEX_CLOCK_REALTIME 256
#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_REQUEUE 3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAKE_OP 5
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_WAKE_PRIVATE (1 | 128)
#define FUTEX_REQUEUE_PRIVATE (3 | 128)
#define FUTEX_CMP_REQUEUE_PRIVATE (4 | 128)
#define FUTEX_WAKE_OP_PRIVATE (5 | 128)
#define FUTEX_WAKE_BITSET_PRIVATE (10 | 128)
enum { FUTEX_OP_SET, FUTEX_OP_ADD, FUTEX_OP_OR, FUTEX_OP_ANDN, FUTEX_OP_XOR };
enum { FUTEX_OP_CMP_EQ, FUTEX_OP_CMP_NE, FUTEX_OP_CMP_LT, FUTEX_OP_CMP_LE, FUTEX_OP_CMP_GT, FUTEX_OP_CMP_GE };
#define FUTEX_OP(op, oparg, cmp, cmparg) ((int)((op) << 28 | (cmp) << 24 | ((oparg) & 0xfff) << 12 | ((cmparg) & 0xfff)))
#include <sched.h>

static long futex(void *word, int operation, int value, void *timeout, void *other, int value3) {
  return syscall(SYS_futex, word, operation, value, timeout, other, value3);
}

static int word, other, *shared;
static char stacks[8][16384] __attribute__((aligned(16)));
static volatile int woken, tids[8];

static int sleeper(void *argument) {
  long bits = (long)argument;
  futex(&word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, 0, 0, 0, bits);
  __atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
  return 0;
}

#define FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)
static void start(int index, long bits) {
  clone(sleeper, stacks[index] + sizeof stacks[index], FLAGS, (void *)bits, &tids[index], 0, &tids[index]);
}
static void sleep_a_little(void) { usleep(20000); }
static void join(int count) {
  for (int i = 0; i < count; i++) {
    int tid;
    while ((tid = tids[i])) futex((void *)&tids[i], FUTEX_WAIT, tid, 0, 0, 0);
  }
}

static void handler(int signal) {}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  struct timespec soon = {0, 5000000}, bad = {0, 1000000000}, negative = {-1, 0};
  T(futex(&word, FUTEX_WAIT, 1, 0, 0, 0));
  T(futex(&word, FUTEX_WAIT, 0, &soon, 0, 0));
  T(futex(&word, FUTEX_WAIT, 0, &bad, 0, 0));
  T(futex(&word, FUTEX_WAIT, 0, &negative, 0, 0));
  T(futex((char *)&word + 1, FUTEX_WAIT, 0, 0, 0, 0));
  T(futex((void *)0x1000, FUTEX_WAIT, 0, 0, 0, 0));
  T(futex((void *)-4096, FUTEX_WAKE, 0, 0, 0, 0));
  T(futex(&word, FUTEX_WAKE, 1, 0, 0, 0));
  T(futex(&word, FUTEX_WAIT_BITSET, 0, 0, 0, 0));
  T(futex(&word, FUTEX_WAKE_BITSET, 1, 0, 0, 0));
  T(futex(&word, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 1, 0, 0, 0));
  T(futex(&word, 99, 1, 0, 0, 0));
  T(futex(&word, FUTEX_REQUEUE, -1, (void *)1, &other, 0));
  T(futex(&word, FUTEX_REQUEUE, 1, (void *)-1, &other, 0));
  T(futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)1, &other, 5));
  T(futex(&word, FUTEX_REQUEUE, 1, (void *)1, (void *)0x1000, 0));
  struct timespec now;
  for (int i = 0; i < 2; i++) {
    clock_gettime(i ? CLOCK_REALTIME : CLOCK_MONOTONIC, &now);
    now.tv_nsec += 5000000;
    if (now.tv_nsec >= 1000000000) now.tv_sec++, now.tv_nsec -= 1000000000;
    T(futex(&word, FUTEX_WAIT_BITSET | (i ? FUTEX_CLOCK_REALTIME : 0), 0, &now, 0, -1));
    T(futex(&word, FUTEX_WAIT_BITSET | (i ? FUTEX_CLOCK_REALTIME : 0), 0, &now, 0, -1));
  }

  for (int i = 0; i < 4; i++) start(i, 1 << i);
  sleep_a_little();
  T(futex(&word, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0));
  sleep_a_little();
  printf("woken %d\n", woken);
  T(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, INT_MAX, 0, 0, 4 | 8));
  sleep_a_little();
  printf("woken %d\n", woken);
  T(futex(&word, FUTEX_WAKE_PRIVATE, INT_MAX, 0, 0, 0));
  join(4);
  printf("woken %d\n", woken);

  for (int i = 0; i < 6; i++) start(i, -1);
  sleep_a_little();
  T(futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)3, &other, 0));
  T(futex(&other, FUTEX_WAKE_PRIVATE, 2, 0, 0, 0));
  T(futex(&word, FUTEX_REQUEUE_PRIVATE, 0, (void *)10, &other, 0));
  T(futex(&word, FUTEX_WAKE_PRIVATE, 10, 0, 0, 0));
  T(futex(&other, FUTEX_WAKE_PRIVATE, 10, 0, 0, 0));
  join(6);

  for (int i = 0; i < 3; i++) start(i, -1);
  sleep_a_little();
  other = 5;
  T(futex(&other, FUTEX_WAKE_OP_PRIVATE, 1, (void *)2, &word, FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 0)));
  printf("word %d\n", word);
  T(futex(&other, FUTEX_WAKE_OP_PRIVATE, 1, (void *)2, &word, FUTEX_OP(FUTEX_OP_ANDN, 1, FUTEX_OP_CMP_LT, 3)));
  printf("word %d\n", word);
  T(futex(&other, FUTEX_WAKE_OP_PRIVATE, 1, (void *)2, &word, FUTEX_OP(FUTEX_OP_SET, -7, FUTEX_OP_CMP_GE, 2)));
  printf("word %d\n", word);
  T(futex(&other, FUTEX_WAKE_OP_PRIVATE, 1, (void *)2, &word, FUTEX_OP(FUTEX_OP_OR | 8, 4, FUTEX_OP_CMP_LE, -7)));
  printf("word %d\n", word);
  T(futex(&other, FUTEX_WAKE_OP_PRIVATE, 1, (void *)2, &word, FUTEX_OP(7, 4, FUTEX_OP_CMP_LE, -7)));
  join(3);
  word = 0;

  // A wait with a time-out is interrupted even by a handler that restarts; one without goes on.
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, 0);
  struct itimerval in_a_while = {.it_value = {0, 20000}};
  struct timespec second = {1, 0};
  setitimer(ITIMER_REAL, &in_a_while, 0);
  T(futex(&word, FUTEX_WAIT, 0, &second, 0, 0));

  // Between processes: a shared mapping is one word.
  shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (fork() == 0) {
    while (*shared == 0) futex(shared, FUTEX_WAIT, 0, 0, 0, 0);
    _exit(*shared);
  }
  sleep_a_little();
  *shared = 6;
  int *again = shared;
  T(futex(again, FUTEX_WAKE, 10, 0, 0, 0));
  int status;
  wait(&status);
  print_status(status);
  // A private page is one word for shared operations too, before and after a fork has made it copy-on-write.
  start(0, -1);
  sleep_a_little();
  if (fork() == 0) _exit(0);
  wait(&status);
  other = 1;
  T(futex(&word, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0));
  join(1);

  T(syscall(SYS_set_robust_list, &word, 23));
  void *head;
  size_t length;
  T(syscall(SYS_get_robust_list, 0, &head, &length));
  printf("length %zu\n", length);
  T(syscall(SYS_get_robust_list, 99999, &head, &length));
  T(syscall(SYS_clone, CLONE_THREAD, 0, 0, 0, 0));
  T(syscall(SYS_clone, CLONE_SIGHAND, 0, 0, 0, 0));
  T(syscall(SYS_clone, CLONE_THREAD | CLONE_SIGHAND, 0, 0, 0, 0));
  T(syscall(SYS_clone3, &word, 10));
  T(syscall(SYS_clone3, &word, 5000));
  return 0;
}
