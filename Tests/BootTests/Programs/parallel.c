// Threads on several CPUs: where they may run, and that they do run at the same time. Usage: parallel THREADS
// Prints what each CPU-bound job of so many threads takes, the wall time of the same work by one thread being 1.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static volatile unsigned sink;
static void *work(void *rounds) {
  unsigned x = 1;
  for (long i = 0; i < (long)rounds; i++) x = x * 1664525u + 1013904223u;
  sink += x;
  return NULL;
}

static void *pinned(void *argument) {
  long wanted = (long)argument;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(wanted, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) return (void *)-1L;
  for (int i = 0; i < 200; i++) {
    if (sched_getcpu() != wanted) return (void *)-2L;
    sched_yield();
    if (i % 50 == 0) usleep(1000);
  }
  sched_getaffinity(0, sizeof set, &set);
  return (void *)(long)(CPU_COUNT(&set) == 1 && CPU_ISSET(wanted, &set) ? wanted : -3);
}

int main(int argc, char **argv) {
  int count = argc > 1 ? atoi(argv[1]) : 4;
  pthread_t threads[8];
  for (long i = 0; i < count; i++) pthread_create(&threads[i], NULL, pinned, (void *)i);
  for (long i = 0; i < count; i++) {
    void *result;
    pthread_join(threads[i], &result);
    printf("thread %ld ran on CPU %ld\n", i, (long)result);
  }
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(63, &set);
  printf("a CPU that is not there: %s\n", sched_setaffinity(0, sizeof set, &set) == 0 ? "taken" : "refused");
  const long rounds = 60000000;
  double start = now();
  work((void *)(rounds * count));
  double one = now() - start;
  start = now();
  for (int i = 0; i < count; i++) pthread_create(&threads[i], NULL, work, (void *)rounds);
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
  double many = now() - start;
  fprintf(stderr, "%d threads take %.2f of the time of one\n", count, many / one);
  printf("faster: %s\n", many / one <= 0.6 ? "yes" : "no");
  return 0;
}
