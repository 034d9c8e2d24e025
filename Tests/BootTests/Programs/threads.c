// Threads of a C library: creation, join, mutexes, conditions, barriers, once, keys, cancellation, detach, robust locks,
// signals to threads, exec and exit with threads.
#include "check.h"
#include <pthread.h>
#include <semaphore.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_key_t key;
static long counter, turns;
static __thread int own = 7;
static int destroyed;

static void *add(void *amount) {
  for (int i = 0; i < 2000; i++) {
    pthread_mutex_lock(&mutex);
    counter += (long)amount;
    pthread_mutex_unlock(&mutex);
    if (i % 200 == 0) sched_yield();
  }
  own += (int)(long)amount;
  return (void *)(long)own;
}

static void *nothing(void *argument) { return argument; }

// A queue between two sides, over one condition.
static int full;
static void *produce(void *count) {
  for (long i = 0; i < (long)count; i++) {
    pthread_mutex_lock(&mutex);
    while (full) pthread_cond_wait(&condition, &mutex);
    full = 1;
    pthread_cond_broadcast(&condition);
    pthread_mutex_unlock(&mutex);
  }
  return 0;
}
static void *consume(void *count) {
  for (long i = 0; i < (long)count; i++) {
    pthread_mutex_lock(&mutex);
    while (!full) pthread_cond_wait(&condition, &mutex);
    full = 0;
    turns++;
    pthread_cond_broadcast(&condition);
    pthread_mutex_unlock(&mutex);
  }
  return 0;
}

static void *meet(void *argument) {
  long leaders = 0;
  for (int i = 0; i < 50; i++)
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) leaders++;
  return (void *)leaders;
}

static void count_destruction(void *value) { __atomic_add_fetch(&destroyed, (int)(long)value, __ATOMIC_SEQ_CST); }
static void *use_key(void *value) {
  pthread_setspecific(key, value);
  return pthread_getspecific(key);
}

static int cleaned;
static void clean(void *argument) { cleaned += (int)(long)argument; }
static void *wait_for_ever(void *argument) {
  pthread_cleanup_push(clean, (void *)5);
  for (;;) pause();
  pthread_cleanup_pop(0);
  return 0;
}

static pthread_mutex_t robust;
static void *die_with_lock(void *argument) {
  pthread_mutex_lock(&robust);
  return 0;
}

static pthread_t handled_by;
static volatile int handled;
static void handler(int signal) {
  handled_by = pthread_self();
  handled = signal;
}
static void *take_signal(void *argument) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  pthread_sigmask(SIG_UNBLOCK, &set, 0);
  while (!handled) usleep(1000);
  return 0;
}
static void *wait_signal(void *argument) {
  sigset_t set;
  int signal = 0;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigwait(&set, &signal);
  return (void *)(long)signal;
}

static sem_t semaphore;
static void *post(void *argument) {
  usleep(5000);
  sem_post(&semaphore);
  return 0;
}

static void *spin(void *argument) {
  for (;;) usleep(1000);
  return 0;
}
static void *exec_from_thread(void *argument) {
  execl("/proc/self/exe", "threads", "again", (char *)0);
  return 0;
}
static void *exit_from_thread(void *argument) {
  usleep(3000);
  exit(9);
}
static void *late(void *argument) {
  usleep(20000);
  printf("the last thread\n");
  fflush(stdout);
  return (void *)syscall(SYS_exit, 8);
}

static void in_child(void (*body)(void)) {
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    body();
    _exit(77);
  }
  int status;
  waitpid(pid, &status, 0);
  print_status(status);
}
static void child_exec(void) {
  pthread_t threads[3];
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], 0, spin, 0);
  pthread_create(&threads[2], 0, exec_from_thread, 0);
  for (;;) pause();
}
static void child_exit(void) {
  pthread_t threads[3];
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], 0, spin, 0);
  pthread_create(&threads[2], 0, exit_from_thread, 0);
  for (;;) pause();
}
static void child_leader_leaves(void) {
  pthread_t thread;
  pthread_create(&thread, 0, late, 0);
  syscall(SYS_exit, 6);
}
static void child_fault(void) {
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], 0, spin, 0);
  usleep(2000);
  *(volatile int *)0 = 1;
}
static void *raise_kill(void *argument) {
  kill(getpid(), SIGKILL);
  return 0;
}
static void child_kill(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], 0, spin, 0);
  pthread_create(&threads[1], 0, raise_kill, 0);
  for (;;) pause();
}

int main(int argc, char **argv) {
  if (argc > 1) {
    printf("exec: one thread %d, tid is pid %d\n", access("/proc/self/task", F_OK) == 0, syscall(SYS_gettid) == getpid());
    return 3;
  }
  pthread_t threads[8];
  void *result;
  for (long i = 0; i < 4; i++) pthread_create(&threads[i], 0, add, (void *)(i + 1));
  for (int i = 0; i < 4; i++) {
    pthread_join(threads[i], &result);
    printf("thread %d: %ld\n", i, (long)result);
  }
  printf("counter %ld, own %d\n", counter, own);

  long sum = 0;
  for (long i = 0; i < 300; i++) {
    if (pthread_create(&threads[0], 0, nothing, (void *)i)) return 1;
    pthread_join(threads[0], &result);
    sum += (long)result;
  }
  printf("joined %ld\n", sum);

  pthread_create(&threads[0], 0, produce, (void *)600);
  pthread_create(&threads[1], 0, produce, (void *)400);
  pthread_create(&threads[2], 0, consume, (void *)500);
  pthread_create(&threads[3], 0, consume, (void *)500);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], 0);
  printf("turns %ld\n", turns);

  pthread_barrier_init(&barrier, 0, 4);
  long leaders = 0;
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], 0, meet, 0);
  for (int i = 0; i < 4; i++) {
    pthread_join(threads[i], &result);
    leaders += (long)result;
  }
  printf("leaders %ld\n", leaders);

  pthread_key_create(&key, count_destruction);
  for (long i = 1; i <= 3; i++) {
    pthread_create(&threads[0], 0, use_key, (void *)i);
    pthread_join(threads[0], 0);
  }
  printf("destroyed %d\n", destroyed);

  pthread_create(&threads[0], 0, wait_for_ever, 0);
  usleep(2000);
  T(pthread_cancel(threads[0]));
  pthread_join(threads[0], &result);
  printf("cancelled %d, cleaned %d\n", result == PTHREAD_CANCELED, cleaned);

  struct timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  soon.tv_nsec += 10000000;
  if (soon.tv_nsec >= 1000000000) soon.tv_sec++, soon.tv_nsec -= 1000000000;
  pthread_mutex_lock(&mutex);
  OK(pthread_cond_timedwait(&condition, &mutex, &soon) == ETIMEDOUT);
  pthread_mutex_unlock(&mutex);
  pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&held);
  OK(pthread_mutex_timedlock(&held, &soon) == ETIMEDOUT);
  OK(pthread_mutex_trylock(&held) == EBUSY);

  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&robust, &attributes);
  pthread_create(&threads[0], 0, die_with_lock, 0);
  pthread_join(threads[0], 0);
  OK(pthread_mutex_lock(&robust) == EOWNERDEAD);
  OK(pthread_mutex_consistent(&robust) == 0);
  OK(pthread_mutex_unlock(&robust) == 0);

  sem_init(&semaphore, 0, 0);
  pthread_create(&threads[0], 0, post, 0);
  T(sem_wait(&semaphore));
  pthread_join(threads[0], 0);

  // A signal of the process goes to a thread that lets it through; one for a thread to that thread.
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &set, 0);
  signal(SIGUSR2, handler);
  pthread_create(&threads[0], 0, take_signal, 0);
  usleep(2000);
  kill(getpid(), SIGUSR2);
  pthread_join(threads[0], 0);
  printf("handled %d by the other %d\n", handled, !pthread_equal(handled_by, pthread_self()));
  pthread_create(&threads[0], 0, wait_signal, 0);
  usleep(2000);
  T(pthread_kill(threads[0], SIGUSR1));
  pthread_join(threads[0], &result);
  printf("waited for %ld\n", (long)result);
  pthread_create(&threads[0], 0, wait_signal, 0);
  usleep(2000);
  kill(getpid(), SIGUSR1);
  pthread_join(threads[0], &result);
  printf("waited for %ld\n", (long)result);
  T(syscall(SYS_tgkill, getpid(), 1 << 22, SIGUSR1));
  T(syscall(SYS_tgkill, -1, getpid(), SIGUSR1));

  in_child(child_exec);
  in_child(child_exit);
  in_child(child_leader_leaves);
  in_child(child_fault);
  in_child(child_kill);
  return 0;
}
