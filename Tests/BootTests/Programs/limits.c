// Limits, priorities, scheduling, prctl, credentials: what a process may do and be.
#include "check.h"
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static void in_child(const char *what, void (*body)(void)) {
  printf("-- %s\n", what);
  fflush(stdout);
  if (fork() == 0) {
    body();
    _exit(0);
  }
  int status;
  wait(&status);
  print_status(status);
}
static int limit(int which, rlim_t soft, rlim_t hard) {
  struct rlimit value = {soft, hard};
  return setrlimit(which, &value);
}
static void show(int which) {
  struct rlimit value;
  int result = getrlimit(which, &value);
  printf("limit %d: %d %lld %lld\n", which, result, (long long)value.rlim_cur, (long long)value.rlim_max);
}

static void files(void) {
  T(limit(RLIMIT_NOFILE, 5, 6));
  T(open("/dev/null", O_RDONLY));
  T(open("/dev/null", O_RDONLY));
  T(open("/dev/null", O_RDONLY));
  T(dup2(0, 5));
  T(dup2(0, 4));
  T(fcntl(0, F_DUPFD, 5));
  T(limit(RLIMIT_NOFILE, 7, 6));
  show(RLIMIT_NOFILE);
}
static void file_size(void) {
  char path[] = "/tmp/limitsXXXXXX";
  int fd = mkstemp(path);
  unlink(path);
  signal(SIGXFSZ, SIG_IGN);
  T(limit(RLIMIT_FSIZE, 10, 10));
  T(write(fd, "0123456", 7));
  T(write(fd, "0123456", 7));
  T(write(fd, "0123456", 7));
  T(ftruncate(fd, 11));
  signal(SIGXFSZ, SIG_DFL);
  write(fd, "x", 1);
}
static void memory(void) {
  T(limit(RLIMIT_AS, 64 << 20, 64 << 20));
  OK(mmap(0, 128 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == ENOMEM);
  OK(mmap(0, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
  OK((long)sbrk(128 << 20) == -1);
}
static void data(void) {
  T(limit(RLIMIT_DATA, 8 << 20, 8 << 20));
  OK(mmap(0, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == ENOMEM);
  OK(mmap(0, 16 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
  OK(mmap(0, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
  long end = syscall(SYS_brk, 0);
  OK(syscall(SYS_brk, end + (16 << 20)) == end);
}
static void queued(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN);
  sigprocmask(SIG_BLOCK, &set, NULL);
  union sigval value = {.sival_int = 1};
  T(sigqueue(getpid(), SIGRTMIN, value));
  T(limit(RLIMIT_SIGPENDING, 0, 0));
  T(sigqueue(getpid(), SIGRTMIN, value));
}
static int deep(int depth) {
  volatile char space[4096];
  space[0] = depth;
  return depth == 0 ? 0 : deep(depth - 1) + space[0];
}
static void stack(void) {
  T(limit(RLIMIT_STACK, 256 << 10, 256 << 10));
  if (fork() == 0) _exit(deep(30) != 0);
  int status;
  wait(&status);
  OK(WIFEXITED(status));
  deep(200);
}
static void processor(void) {
  T(limit(RLIMIT_CPU, 1, 2));
  for (;;) {}
}
static void processes(void) {
  T(setgid(1234));
  T(setuid(1234));
  T(limit(RLIMIT_NPROC, 1, 1));
  T(fork());
  T(limit(RLIMIT_NPROC, 2, 2));
}
static void priorities(void) {
  T(getpriority(PRIO_PROCESS, 0));
  T(setpriority(PRIO_PROCESS, 0, 5));
  T(getpriority(PRIO_PROCESS, 0));
  T(nice(30));
  T(setpriority(PRIO_PROCESS, 0, -30));
  T(getpriority(PRIO_PROCESS, getpid()));
  T(getpriority(5, 0));
  T(getpriority(PRIO_PROCESS, 99999));
  T(setpriority(PRIO_PROCESS, 0, 3));
  setuid(1234);
  T(setpriority(PRIO_PROCESS, 0, 4));
  T(setpriority(PRIO_PROCESS, 0, 2));
  T(setpriority(PRIO_PROCESS, getppid(), 5));
}
static void scheduling(void) {
  int value = 1;
  T(syscall(SYS_sched_getscheduler, 0));
  T(syscall(SYS_sched_get_priority_max, 1));
  T(syscall(SYS_sched_get_priority_min, 2));
  T(syscall(SYS_sched_get_priority_max, 0));
  T(syscall(SYS_sched_get_priority_max, 77));
  T(syscall(SYS_sched_setscheduler, 0, 0, &value));
  value = 0;
  T(syscall(SYS_sched_setscheduler, 0, 3, &value));
  T(syscall(SYS_sched_getscheduler, 0));
  T(syscall(SYS_sched_setscheduler, 0, 77, &value));
  T(syscall(SYS_sched_getscheduler, 99999));
  T(syscall(SYS_sched_getscheduler, -1));
  T(syscall(SYS_sched_getparam, 0, &value));
  T(syscall(SYS_sched_getparam, 0, 0));
  unsigned long mask = 0;
  T(syscall(SYS_sched_getaffinity, 0, 4, &mask));
  OK(syscall(SYS_sched_getaffinity, 0, 128, &mask) >= 8);
  OK(mask & 1);
  mask = 1;
  T(syscall(SYS_sched_setaffinity, 0, 8, &mask));
  mask = 0;
  OK(syscall(SYS_sched_getaffinity, 0, 128, &mask) >= 8 && mask == 1);
  mask = 0;
  T(syscall(SYS_sched_setaffinity, 0, 8, &mask));
  T(syscall(SYS_sched_setaffinity, 99999, 8, &mask));
  T(syscall(SYS_sched_setaffinity, 0, 8, (void *)-4096));
}
static void control(void) {
  char name[17] = {0};
  T(prctl(PR_SET_NAME, "a long name that is cut"));
  T(prctl(PR_GET_NAME, name));
  printf("%s\n", name);
  int signal = 9;
  T(prctl(PR_GET_PDEATHSIG, &signal));
  T(prctl(PR_SET_PDEATHSIG, SIGUSR1));
  T(prctl(PR_GET_PDEATHSIG, &signal));
  printf("signal %d\n", signal);
  T(prctl(PR_SET_PDEATHSIG, 65));
  T(prctl(PR_GET_DUMPABLE));
  T(prctl(PR_SET_DUMPABLE, 0));
  T(prctl(PR_GET_DUMPABLE));
  T(prctl(PR_SET_DUMPABLE, 9));
  T(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  T(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  T(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  T(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
  T(prctl(PR_GET_TIMERSLACK));
  T(prctl(9999));
  T(syscall(SYS_personality, 0xffffffff));
}
static void reaper(void) {
  prctl(36, 1);
  pid_t child = fork();
  if (child == 0) {
    pid_t grandchild = fork();
    if (grandchild == 0) {
      usleep(20000);
      _exit(getppid() == 1 ? 8 : 9);
    }
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  OK(wait(&status) > 0);
  print_status(status);
}
static void death_signal(void) {
  int ends[2];
  char byte;
  pipe(ends);
  if (fork() == 0) {
    if (fork() == 0) {
      sigset_t set;
      int got;
      sigemptyset(&set);
      sigaddset(&set, SIGUSR1);
      sigprocmask(SIG_BLOCK, &set, 0);
      prctl(PR_SET_PDEATHSIG, SIGUSR1);
      write(ends[1], "x", 1);
      sigwait(&set, &got);
      printf("the parent died: %d\n", got);
      write(ends[1], "y", 1);
      _exit(0);
    }
    read(ends[0], &byte, 1);
    _exit(0);
  }
  wait(0);
  T(read(ends[0], &byte, 1));
}
static void identities(void) {
  unsigned real, effective, saved;
  T(setgroups(2, (gid_t[]){5, 6}));
  gid_t groups[4];
  T(getgroups(4, groups));
  T(getgroups(1, groups));
  T(setresgid(10, 11, 12));
  T(setresuid(20, 21, 22));
  getresuid(&real, &effective, &saved);
  printf("%u %u %u\n", real, effective, saved);
  T(setuid(23));
  T(setuid(20));
  T(seteuid(22));
  T(setreuid(21, -1));
  T(setreuid(22, 22));
  getresuid(&real, &effective, &saved);
  printf("%u %u %u\n", real, effective, saved);
  T(setgroups(0, 0));
  T(setgid(0));
  T(sethostname("x", 1));
  T(kill(1, 0));
  T(chroot("/"));
  T(syscall(SYS_setfsuid, 0));
  T(syscall(SYS_setfsuid, -1));
}
static void permissions(void) {
  char path[] = "/tmp/limitsXXXXXX";
  int fd = mkstemp(path);
  fchmod(fd, 0640);
  fchown(fd, 100, 200);
  if (fork() == 0) {
    setgid(200);
    setuid(101);
    T(open(path, O_RDONLY) >= 0);
    T(open(path, O_WRONLY));
    T(chmod(path, 0777));
    T(access(path, R_OK));
    T(access(path, W_OK));
    T(unlink(path));
    _exit(0);
  }
  wait(0);
  if (fork() == 0) {
    setgid(201);
    setuid(100);
    T(open(path, O_RDWR) >= 0);
    T(chmod(path, 0400));
    T(open(path, O_RDWR));
    T(chown(path, 101, -1));
    T(chown(path, -1, 201));
    _exit(0);
  }
  wait(0);
  struct stat status;
  stat(path, &status);
  printf("%o %d %d\n", status.st_mode, status.st_uid, status.st_gid);
  unlink(path);
}
static void usage(void) {
  struct rusage own, children;
  if (fork() == 0) {
    for (volatile long i = 0; i < 30000000; i++) {}
    _exit(0);
  }
  int status;
  OK(wait4(-1, &status, 0, &children) > 0);
  OK(children.ru_utime.tv_sec * 1000000 + children.ru_utime.tv_usec > 0);
  T(getrusage(RUSAGE_CHILDREN, &children));
  OK(children.ru_utime.tv_sec * 1000000 + children.ru_utime.tv_usec > 0);
  T(getrusage(RUSAGE_SELF, &own));
  T(getrusage(1, &own));
  T(getrusage(5, &own));
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  umask(022);
  in_child("files", files);
  in_child("file size", file_size);
  in_child("memory", memory);
  in_child("data", data);
  in_child("queued signals", queued);
  in_child("stack", stack);
  in_child("processor time", processor);
  in_child("processes", processes);
  in_child("priorities", priorities);
  in_child("scheduling", scheduling);
  in_child("control", control);
  in_child("reaper", reaper);
  in_child("death signal", death_signal);
  in_child("identities", identities);
  in_child("permissions", permissions);
  in_child("usage", usage);
  T(syscall(SYS_prlimit64, 99999, RLIMIT_NOFILE, 0, 0));
  T(syscall(SYS_prlimit64, 0, 99, 0, 0));
  return 0;
}
