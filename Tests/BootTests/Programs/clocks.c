// The clock through the vDSO (as the C library calls it) and by the system call: the same time, always forward.
#include "check.h"
#include <sys/auxv.h>

static long raw(clockid_t clock, struct timespec *time) { return syscall(SYS_clock_gettime, clock, time); }

static long long nanoseconds(struct timespec time) { return time.tv_sec * 1000000000LL + time.tv_nsec; }

static int interleaves(clockid_t clock) {
  for (int i = 0; i < 1000; i++) {
    struct timespec a, b, c;
    raw(clock, &a), clock_gettime(clock, &b), raw(clock, &c);
    if (nanoseconds(a) > nanoseconds(b) || nanoseconds(b) > nanoseconds(c)) return 0;
    if (b.tv_nsec < 0 || b.tv_nsec > 999999999) return 0;
  }
  return 1;
}

static int maps_have(const char *text) {
  char line[512];
  int found = 0;
  FILE *maps = fopen("/proc/self/maps", "r");
  while (fgets(line, sizeof line, maps)) found |= strstr(line, text) && strstr(line, "r-xp");
  fclose(maps);
  return found;
}

int main(void) {
  struct timespec time;
  struct timeval value, other;
  char *object = (char *)getauxval(AT_SYSINFO_EHDR);
  OK(object && !memcmp(object, "\177ELF", 4));
  OK(maps_have("[vdso]"));
  OK(interleaves(CLOCK_MONOTONIC));
  OK(interleaves(CLOCK_REALTIME));
  T(clock_gettime(CLOCK_BOOTTIME, &time));
  T(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time));
  T(clock_gettime(77, &time));
  gettimeofday(&value, NULL), syscall(SYS_gettimeofday, &other, NULL);
  OK(other.tv_sec - value.tv_sec <= 1 && other.tv_sec >= value.tv_sec && value.tv_usec < 1000000);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    *(volatile char *)object = 0;
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  print_status(status);
  OK(interleaves(CLOCK_MONOTONIC));
  return 0;
}
