// Random system calls from several threads: fuzz SEED TOTAL [CALLS [THREADS]]. Rounds go on until TOTAL calls have been
// made: each is a process of its own whose threads make CALLS random calls each, unless they destroy themselves before; a process beside them must not notice. At the end what the kernel had free
// must be free again: frames, processes, descriptors.
#include "check.h"
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <sys/un.h>

static __thread uint64_t state;
static uint64_t next(void) {
  state += 0x9e3779b97f4a7c15;
  uint64_t z = state;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

static char area[1 << 16], *pages;
static uint64_t seed;
static int calls = 400, threads = 4;
static long *made;  // shared by all rounds

static const char *paths[] = {"/tmp/a", "/tmp/b", "/tmp/a/b", "/", ".", "..", "/proc/self/maps", "/proc/self/fd", "/proc/1/stat",
                              "/dev/null", "/dev/zero", "/dev/tty", "/tmp", "", "/proc/self/exe", "/tmp/c/../b", "/dev/full",
                              "/dev/ptmx", "/proc/self/status", "/tmp/c/s"};

static uint64_t argument(void) {
  switch (next() % 15) {
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
  case 12: return next() % 40;
  case 13: return (uintptr_t)(area + next() % 64 * 8);
  default: return (uintptr_t)area;
  }
}

static int is_left_out(int number) {
  switch (number) {
  case SYS_exit: case SYS_exit_group: case SYS_reboot: case SYS_kill: case SYS_tkill: case SYS_tgkill: case SYS_pause:
  case SYS_rt_sigqueueinfo: case SYS_rt_tgsigqueueinfo: case SYS_rt_sigsuspend: case SYS_vfork: case SYS_clone:
  case SYS_clone3: case SYS_umount2: case SYS_mount: case SYS_chroot: case SYS_syslog: case SYS_clock_settime: case SYS_sethostname:
  case SYS_prlimit64: case SYS_setpriority: case SYS_mknod: case SYS_mknodat: return 1;  // a node may be the console
  }
  return 0;
}

// Things to have descriptors of.
static void prepare(void) {
  int pair[2];
  for (int type = 0; type < 3; type++) socketpair(AF_UNIX, (int[]){SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET}[type] | SOCK_NONBLOCK, 0, pair);
  pipe2(pair, O_NONBLOCK);
  syscall(SYS_eventfd2, 0, O_NONBLOCK);
  syscall(SYS_timerfd_create, 1, O_NONBLOCK);
  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN};
  for (int fd = 3; fd < 12; fd++) epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  syscall(SYS_memfd_create, "fuzz", 2);
  open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
}

static void *run(void *number) {
  state = seed + 7919 * (long)number;
  for (int i = 0; i < calls; i++) {
    int call = next() % 5 == 0 ? next() % 470 : next() % 160;
    if (next() % 6 == 0) call = (int[]){SYS_futex, SYS_epoll_ctl, SYS_epoll_wait, SYS_sendmsg, SYS_recvmsg, SYS_sendto, SYS_recvfrom,
                                        SYS_timer_settime, SYS_timer_create, SYS_fcntl, SYS_mremap, SYS_madvise, SYS_splice,
                                        SYS_ioctl, SYS_accept4, SYS_bind, SYS_connect}[next() % 17];
    if (call == SYS_fork) {
      if (next() % 64 == 0 && fork() == 0) calls = i + 1 + next() % 20;
      continue;
    }
    if (is_left_out(call)) continue;
    for (int j = 0; j < 8; j++) ((uint64_t *)area)[next() % (sizeof area / 8)] = argument();
    __atomic_add_fetch(made, 1, __ATOMIC_RELAXED);
    // Little of what would wait for long does: few arguments are both valid and large.
    syscall(call, argument(), argument(), argument(), argument(), argument(), argument());
  }
  return 0;
}

// Nothing of the parent's is left to it: no terminal, no pipe to the bystander.
static void child(void) {
  setsid();
  int null = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; fd++) dup2(null, fd);
  syscall(SYS_close_range, 3, -1, 0);
  chdir("/tmp/c");
  for (int s = 1; s < 32; s++) signal(s, SIG_DFL);
  pages = mmap(0, 20480, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  prepare();
  struct itimerval limit = {.it_value = {2, 0}};
  setitimer(ITIMER_REAL, &limit, 0);
  pthread_t others[16];
  for (long i = 1; i < threads; i++) pthread_create(&others[i], 0, run, (void *)i);
  run(0);
  for (int i = 1; i < threads; i++) pthread_join(others[i], 0);
  _exit(0);
}

// The bystander: counts what it can do undisturbed, and checks its own memory.
static void bystander(int report) {
  static unsigned char mine[65536];
  long rounds = 0;
  memset(mine, 0xa5, sizeof mine);
  signal(SIGTERM, SIG_DFL);
  for (;; rounds++) {
    int ends[2], value = 0;
    if (pipe(ends) || write(ends[1], &rounds, 4) != 4 || read(ends[0], &value, 4) != 4 || value != (int)rounds) break;
    close(ends[0]);
    close(ends[1]);
    for (unsigned i = 0; i < sizeof mine; i += 97) if (mine[i] != 0xa5) goto harmed;
    usleep(1000);
  }
harmed:
  write(report, "harmed", 6);
  _exit(1);
}

static long free_kilobytes(void) {
  struct sysinfo info;
  for (int i = 0; i < 20; i++) {  // what has ended is freed a little later
    usleep(20000);
    sysinfo(&info);
  }
  return info.freeram / 1024 * info.mem_unit;
}

static void clean(void) { system("rm -rf /tmp/* /dev/shm/* 2>/dev/null; mkdir -p /tmp/c"); }

int main(int argc, char **argv) {
  uint64_t start = argc > 1 ? strtoull(argv[1], 0, 0) : 1;
  long total = argc > 2 ? atol(argv[2]) : 10000;
  if (argc > 3) calls = atoi(argv[3]);
  if (argc > 4) threads = atoi(argv[4]);
  printf("seed %llu: %ld calls, %d threads with %d calls a round\n", (unsigned long long)start, total, threads, calls);
  fflush(stdout);
  // Between pages that nobody can write to: the calls' own strays must not reach it.
  made = mmap(0, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  mprotect(made, 4096, PROT_NONE);
  made += 512;
  mprotect(made + 512, 4096, PROT_NONE);
  int report[2], failed = 0;
  pipe(report);
  fcntl(report[0], F_SETFL, O_NONBLOCK);
  pid_t other = fork();
  if (other == 0) bystander(report[1]);
  long before = 0, rounds = 0;
  for (int round = -2; round < 0 || *made < total; round++, rounds++) {
    if (round == 0) {  // after two rounds everything that is made once has been made
      clean();
      before = free_kilobytes();
      *made = 0;
    }
    pid_t pid = fork();
    if (pid == 0) {
      setsid();
      pid_t worker = fork();
      if (worker == 0) {
        seed = start * 1000003 + round;
        child();
      }
      int status;
      for (int waited = 0; waitpid(worker, &status, WNOHANG) != worker; waited++) {
        usleep(2000);
        if (waited == 1500) kill(worker, SIGKILL);
      }
      kill(-worker, SIGKILL);
      _exit(0);
    }
    waitpid(pid, 0, 0);
    while (waitpid(-1, 0, WNOHANG) > 0) {}
  }
  clean();
  long after = free_kilobytes();
  char text[8];
  if (read(report[0], text, sizeof text) > 0) printf("the bystander was harmed\n"), failed = 1;
  if (kill(other, SIGTERM) || waitpid(other, 0, 0) != other) printf("the bystander is gone\n"), failed = 1;
  // Slabs that filled up on the way stay with the kernel: what grows with the rounds would be a leak.
  long allowed = 1024 + rounds / 8;
  printf("%ld calls in %ld rounds; free before %ld kB, after %ld kB\n", *made, rounds, before, after);
  if (before - after > allowed) printf("memory is missing\n"), failed = 1;
  printf("%s\n", failed ? "failed" : "done");
  return failed;
}
