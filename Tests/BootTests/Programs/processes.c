// fork, vfork, exec, exit, wait, groups and sessions.
#include "check.h"

static int shared_by_vfork;

static int wait_status(pid_t pid) {
  int status = -1;
  if (waitpid(pid, &status, 0) != pid) printf("waitpid: %s\n", strerror(errno));
  return status;
}

static void run_child(void (*body)(void)) {
  pid_t pid = fork();
  if (pid == 0) {
    body();
    _exit(0);
  }
  print_status(wait_status(pid));
}

static void exit_7(void) { _exit(7); }
static void abort_it(void) { abort(); }
static void null_pointer(void) { *(volatile int *)0 = 1; }
static void divide_by_zero(void) {
  volatile int zero = 0;
  zero = 1 / zero;
}
static void illegal(void) { __asm__ volatile("ud2"); }
static void big_exit(void) { _exit(0x1234); }
static void killed(void) { raise(SIGKILL); }

static void exec_missing(void) {
  char *argv[] = {"x", 0};
  T(execv("/does/not/exist", argv));
  T(execv("/", argv));
  T(execv("/etc/passwd", argv));
  T(execv("/tmp/empty", argv));
  T(execve("/proc/self/exe", (char **)16, 0));
}

static void orphan(void) {
  pid_t parent = getppid();
  if (fork() == 0) {
    while (getppid() != 1 && getppid() == parent) sched_yield();
    _exit(0);
  }
}

int main(int argc, char **argv) {
  if (argc > 1) {
    printf("argc %d argv[1] %s argv[2] %s env %s\n", argc, argv[1], argv[2], getenv("NAME") ? getenv("NAME") : "none");
    return 3;
  }
  run_child(exit_7);
  run_child(big_exit);
  run_child(abort_it);
  run_child(null_pointer);
  run_child(divide_by_zero);
  run_child(illegal);
  run_child(killed);
  int file = open("/tmp/empty", O_CREAT | O_WRONLY, 0755);
  close(file);
  run_child(exec_missing);
  run_child(orphan);

  pid_t pid = fork();
  if (pid == 0) {
    char *arguments[] = {"self", "one", "two words", 0}, *environment[] = {"NAME=value", 0};
    execve("/proc/self/exe", arguments, environment);
    _exit(99);
  }
  print_status(wait_status(pid));

  pid = vfork();
  if (pid == 0) {
    shared_by_vfork = 5;
    _exit(2);
  }
  printf("after vfork %d\n", shared_by_vfork);
  print_status(wait_status(pid));

  T(waitpid(-1, 0, 0));
  T(waitpid(-1, 0, WNOHANG));
  T(waitpid(1 << 20, 0, 0));
  T(waitpid(-1, 0, 0x10000));
  siginfo_t info;
  T(waitid(P_ALL, 0, &info, WEXITED));
  T(waitid(P_ALL, 0, &info, 0));
  T(waitid(99, 0, &info, WEXITED));

  pid = fork();
  if (pid == 0) _exit(4);
  memset(&info, 0, sizeof info);
  T(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
  printf("code %d status %d signo %d pid %d\n", info.si_code, info.si_status, info.si_signo, info.si_pid == pid);
  T(waitid(P_PID, pid, &info, WEXITED));
  T(waitid(P_PID, pid, &info, WEXITED));

  // Stop and continue, as a shell sees them.
  pid = fork();
  if (pid == 0) {
    raise(SIGSTOP);
    nanosleep(&(struct timespec){0, 100000000}, 0);  // the parent looks for the continuation first
    _exit(6);
  }
  int status;
  OK(waitpid(pid, &status, WUNTRACED) == pid);
  print_status(status);
  T(waitpid(pid, &status, WNOHANG | WUNTRACED));
  T(kill(pid, SIGCONT));
  OK(waitpid(pid, &status, WCONTINUED) == pid);
  print_status(status);
  print_status(wait_status(pid));

  // Groups and sessions.
  pid = fork();
  if (pid == 0) {
    OK(setpgid(0, 0) == 0 && getpgrp() == getpid());
    T(setsid());
    T(setpgid(0, 1 << 20));
    T(setpgid(0, -1));
    T(getpgid(1 << 20));
    T(getsid(1 << 20));
    pid_t child = fork();
    if (child == 0) {
      OK(setsid() == getpid() && getsid(0) == getpid() && getpgrp() == getpid());
      T(setsid());
      T(setpgid(0, 0));
      _exit(0);
    }
    wait_status(child);
    _exit(0);
  }
  print_status(wait_status(pid));

  // Usage of children is added up.
  struct rusage usage;
  T(getrusage(RUSAGE_SELF, &usage));
  T(getrusage(RUSAGE_CHILDREN, &usage));
  T(getrusage(7, &usage));
  T(getpriority(99, 0));
  T(kill(1 << 20, 0));
  T(kill(getpid(), 0));
  T(kill(getpid(), 65));
  T(syscall(SYS_tgkill, getpid(), 1 << 20, 0));
  T(syscall(SYS_tgkill, -1, getpid(), 0));
  T(syscall(500));
  T(syscall(-1));

  // A program that runs cannot be written to.
  T(open("/proc/self/exe", O_WRONLY));
  T(open("/proc/self/exe", O_RDWR | O_TRUNC));
  T(truncate("/proc/self/exe", 0));
  T(execve("/proc/self/exe", (char *[]){0}, (char **)-8));

  // Many children at once.
  for (int i = 0; i < 100; i++)
    if (fork() == 0) _exit(i);
  int sum = 0, count = 0;
  while (waitpid(-1, &status, 0) > 0) sum += WEXITSTATUS(status), count++;
  printf("%d children, sum %d\n", count, sum);
  return 0;
}
