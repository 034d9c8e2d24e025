// Signals in depth: siginfo of every sender, flags of sigaction, waiting without handlers, queues of real-time signals,
// stop and continue, orphaned groups, restarts.
#include "check.h"
#include <ucontext.h>

static volatile int hits, order[64];
static siginfo_t last;
static void with_info(int signal, siginfo_t *info, void *context) {
  order[hits++ & 63] = signal;
  last = *info;
}
static void install(int signal, int flags) {
  struct sigaction action = {.sa_sigaction = with_info, .sa_flags = SA_SIGINFO | flags};
  sigaction(signal, &action, 0);
}
static void show(const char *what) {
  printf("%s: signal %d code %d pid %d uid %d\n", what, last.si_signo, last.si_code,
         last.si_pid == getpid() ? 1 : last.si_pid == 0 ? 0 : 2, last.si_uid);
}
static void nap(int milliseconds) {
  struct timespec time = {0, milliseconds * 1000000};
  while (nanosleep(&time, &time)) {}
}

static volatile int depth, deepest, raises;
static void nested(int signal) {
  if (++depth > deepest) deepest = depth;
  if (raises++ < 3) raise(signal);
  depth--;
}

static void queue_signal(pid_t pid, int signal, int value) { sigqueue(pid, signal, (union sigval){.sival_int = value}); }

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  install(SIGUSR1, 0);
  kill(getpid(), SIGUSR1);
  show("kill");
  raise(SIGUSR1);
  show("raise");
  queue_signal(getpid(), SIGUSR1, 42);
  show("sigqueue");
  printf("value %d\n", last.si_value.sival_int);
  install(SIGCHLD, SA_RESTART);
  pid_t child = fork();
  if (child == 0) {
    nap(10);
    _exit(5);
  }
  nap(30);
  printf("child: code %d status %d is it %d\n", last.si_code, last.si_status, last.si_pid == child);
  waitpid(child, 0, 0);
  child = fork();
  if (child == 0) for (;;) pause();
  kill(child, SIGKILL);
  nap(30);
  printf("child: code %d status %d\n", last.si_code, last.si_status);
  waitpid(child, 0, 0);

  // Stop and continue, as the parent hears of them.
  child = fork();
  if (child == 0) for (;;) pause();
  int status;
  siginfo_t info;
  kill(child, SIGSTOP);
  waitpid(child, &status, WUNTRACED);
  print_status(status);
  printf("SIGCHLD code %d status %d\n", last.si_code, last.si_status);
  T(waitpid(child, &status, WUNTRACED | WNOHANG));
  kill(child, SIGUSR2);
  nap(10);
  T(waitpid(child, &status, WNOHANG));
  kill(child, SIGCONT);
  OK(waitpid(child, &status, 0) == child);
  print_status(status);
  child = fork();
  if (child == 0) for (;;) pause();
  setpgid(child, child);  // not orphaned, wherever this runs
  kill(child, SIGTSTP);
  OK(waitid(P_PID, child, &info, WSTOPPED | WNOWAIT) == 0);
  printf("waitid code %d status %d signal %d\n", info.si_code, info.si_status, info.si_signo);
  OK(waitid(P_PID, child, &info, WSTOPPED) == 0);
  kill(child, SIGCONT);
  OK(waitid(P_PID, child, &info, WCONTINUED) == 0);
  printf("waitid code %d status %d\n", info.si_code, info.si_status);
  install(SIGCHLD, SA_NOCLDSTOP | SA_RESTART);
  hits = 0;
  kill(child, SIGSTOP);
  waitpid(child, &status, WUNTRACED);
  printf("SIGCHLD with SA_NOCLDSTOP %d\n", hits);
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  print_status(status);
  install(SIGCHLD, SA_NOCLDWAIT | SA_RESTART);
  if (fork() == 0) _exit(0);
  T(wait(&status));
  signal(SIGCHLD, SIG_DFL);

  // A fault's siginfo, and that of instructions.
  install(SIGUSR2, SA_RESETHAND);
  hits = 0;
  raise(SIGUSR2);
  struct sigaction old;
  sigaction(SIGUSR2, 0, &old);
  printf("hits %d default again %d\n", hits, old.sa_handler == SIG_DFL);
  struct sigaction action = {.sa_handler = nested, .sa_flags = SA_NODEFER};
  sigaction(SIGUSR2, &action, 0);
  raise(SIGUSR2);
  printf("deepest %d\n", deepest);
  action.sa_flags = 0;
  sigaction(SIGUSR2, &action, 0);
  deepest = raises = 0;
  raise(SIGUSR2);
  printf("deepest %d\n", deepest);
  depth = 0;

  // Real-time signals queue in order, lowest number first; others do not.
  sigset_t set, empty;
  sigemptyset(&empty);
  sigfillset(&set);
  sigprocmask(SIG_BLOCK, &set, 0);
  install(SIGRTMIN, 0);
  install(SIGRTMIN + 1, 0);
  for (int i = 0; i < 3; i++) {
    queue_signal(getpid(), SIGRTMIN + 1, i);
    queue_signal(getpid(), SIGRTMIN, i);
    kill(getpid(), SIGUSR1);
  }
  hits = 0;
  sigprocmask(SIG_UNBLOCK, &set, 0);
  printf("%d deliveries:", hits);
  for (int i = 0; i < hits; i++) printf(" %d", order[i] >= SIGRTMIN ? order[i] - SIGRTMIN + 100 : order[i]);
  printf("\n");

  // Without handlers.
  sigprocmask(SIG_BLOCK, &set, 0);
  struct timespec zero = {0, 0}, soon = {0, 10000000}, second = {1, 0};
  T(sigtimedwait(&set, &info, &zero));
  T(sigtimedwait(&set, &info, &soon));
  queue_signal(getpid(), SIGRTMIN, 7);
  kill(getpid(), SIGUSR1);
  T(sigtimedwait(&set, &info, &second));
  printf("code %d\n", info.si_code);
  OK(sigtimedwait(&set, &info, &second) == SIGRTMIN);
  printf("code %d value %d\n", info.si_code, info.si_value.sival_int);
  child = fork();
  if (child == 0) {
    nap(20);
    kill(getppid(), SIGUSR2);
    _exit(0);
  }
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  T(sigwaitinfo(&set, &info));
  OK(info.si_pid == child);
  waitpid(child, 0, 0);
  struct timespec bad = {0, -1};
  T(sigtimedwait(&set, &info, &bad));
  sigfillset(&set);
  sigprocmask(SIG_UNBLOCK, &set, 0);

  // Who may send what.
  T(kill(getpid(), 65));
  T(kill(getpid(), 0));
  T(kill(99999, 0));
  T(kill(-99999, SIGUSR1));
  memset(&info, 0, sizeof info);
  info.si_code = SI_USER;
  T(syscall(SYS_rt_sigqueueinfo, 1, 0, &info));
  info.si_code = SI_QUEUE;
  T(syscall(SYS_rt_sigqueueinfo, 99999, SIGUSR1, &info));
  T(syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), SIGUSR1, &info));
  show("tgsigqueue");
  T(syscall(SYS_rt_sigpending, &set, 9));
  T(syscall(SYS_rt_sigtimedwait, &set, 0, 0, 4));

  // A stop in the middle of a sleep does not make it longer; no handler, no EINTR.
  int ends[2];
  pipe(ends);
  child = fork();
  if (child == 0) {
    struct timespec start, end, time = {0, 80000000};
    clock_gettime(CLOCK_MONOTONIC, &start);
    int result = nanosleep(&time, 0);
    clock_gettime(CLOCK_MONOTONIC, &end);
    long milliseconds = (end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000;
    printf("sleep %d in time %d\n", result, milliseconds >= 79 && milliseconds < 150);
    struct pollfd entry = {ends[0], POLLIN, 0};
    T(poll(&entry, 1, 60));
    char byte;
    T(read(ends[0], &byte, 1));
    _exit(0);
  }
  for (int i = 0; i < 5; i++) {
    nap(25);
    kill(child, SIGSTOP);
    waitpid(child, &status, WUNTRACED);
    nap(5);
    kill(child, SIGCONT);
  }
  nap(60);
  write(ends[1], "x", 1);
  waitpid(child, &status, 0);
  print_status(status);

  // An orphaned group: a terminal's stop signals do nothing, and stopped members are hung up and continued.
  child = fork();
  if (child == 0) {
    setpgid(0, 0);
    pid_t grandchild = fork();
    if (grandchild == 0) {
      install(SIGHUP, 0);
      install(SIGCONT, 0);
      hits = 0;
      kill(getpid(), SIGSTOP);
      nap(5);
      printf("continued by orphaning: %d signals, last %d\n", hits, last.si_signo);
      raise(SIGTSTP);
      printf("not stopped\n");
      _exit(0);
    }
    waitpid(grandchild, &status, WUNTRACED);
    print_status(status);
    _exit(0);
  }
  waitpid(child, 0, 0);
  nap(100);
  return 0;
}
