// Random system calls with random arguments from forked children: fuzz SEED ROUNDS. The parent only has to survive.
#include "check.h"

static uint64_t state;
static uint64_t next(void) {
  state += 0x9e3779b97f4a7c15;
  uint64_t z = state;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

static char area[1 << 16], *pages;
static const char *paths[] = {"/tmp/a", "/tmp/b", "/tmp/a/b", "/", ".", "..", "/proc/self/maps", "/proc/self/fd", "/proc/1/stat",
                              "/dev/null", "/dev/zero", "/dev/tty", "/tmp", "", "/proc/self/exe", "/tmp/c/../b", "/dev/full"};

static uint64_t argument(void) {
  switch (next() % 14) {
  case 0: return 0;
  case 1: return next() % 16;
  case 2: return next() % 4096;
  case 3: return (uint64_t)-1 - next() % 200;
  case 4: return (uintptr_t)(area + next() % sizeof area);
  case 5: return (uintptr_t)(pages + next() % 20000);
  case 6: return (uintptr_t)paths[next() % (sizeof paths / sizeof *paths)];
  case 7: return 1ull << next() % 64;
  case 8: return next();
  case 9: return 0x600000000000 + next() % 65536;
  case 10: return 0x7f8000200000 + next() % 65536;
  case 11: return (uint32_t)next();
  case 12: return next() % 12;
  default: return (uintptr_t)area;
  }
}

static int is_left_out(int number) {
  switch (number) {
  case SYS_exit: case SYS_exit_group: case SYS_reboot: case SYS_kill: case SYS_tkill: case SYS_tgkill: case SYS_pause:
  case SYS_rt_sigsuspend: case SYS_fork: case SYS_vfork: case SYS_clone: case SYS_clone3: case SYS_umount2: return 1;
  }
  return 0;
}

static void child(int calls) {
  struct rlimit limit = {0, 0};
  for (int i = 0; i < calls; i++) {
    int number = next() % 5 == 0 ? next() % 470 : next() % 160;
    if (is_left_out(number)) {
      if ((number == SYS_fork || number == SYS_vfork) && next() % 8 == 0) {
        pid_t pid = fork();
        if (pid == 0) calls = i + 1 + next() % 20;
      }
      continue;
    }
    for (int j = 0; j < 8; j++) ((uint64_t *)area)[next() % (sizeof area / 8)] = argument();
    syscall(number, argument(), argument(), argument(), argument(), argument(), argument());
  }
  (void)limit;
  _exit(0);
}

int main(int argc, char **argv) {
  uint64_t seed = argc > 1 ? strtoull(argv[1], 0, 0) : 1;
  int rounds = argc > 2 ? atoi(argv[2]) : 100;
  mkdir("/tmp/c", 0755);
  for (int round = 0; round < rounds; round++) {
    pid_t pid = fork();
    if (pid == 0) {
      state = seed * 1000003 + round;
      setsid();
      for (int s = 1; s < 32; s++) signal(s, SIG_DFL);
      pages = mmap(0, 20480, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      child(400);
    }
    for (int waited = 0, status; waitpid(pid, &status, WNOHANG) != pid; waited++) {
      nanosleep(&(struct timespec){0, 2000000}, 0);
      if (waited == 250) kill(-pid, SIGKILL), kill(pid, SIGKILL);
    }
    kill(-pid, SIGKILL);
    while (waitpid(-1, 0, WNOHANG) > 0) {}
  }
  printf("seed %llu: %d rounds\n", (unsigned long long)seed, rounds);
  return 0;
}
