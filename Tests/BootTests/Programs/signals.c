// Signals: handlers, masks, interruption and restart, alternate stack, faults.
#include "check.h"
#include <setjmp.h>
#include <ucontext.h>

static volatile int hits, last_signal, last_code;
static void *volatile last_address;
static sigjmp_buf after_fault;

static void count(int signal) {
  hits++;
  last_signal = signal;
}

static void with_info(int signal, siginfo_t *info, void *context) {
  hits++;
  last_signal = signal;
  last_code = info->si_code;
  last_address = info->si_addr;
  (void)context;
}

static void leave(int signal, siginfo_t *info, void *context) {
  with_info(signal, info, context);
  siglongjmp(after_fault, 1);
}

static void skip_instruction(int signal, siginfo_t *info, void *context) {
  with_info(signal, info, context);
  ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += 2;
}

static void install(int signal, void (*handler)(int, siginfo_t *, void *), int flags) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
  sigaction(signal, &action, 0);
}


static void *stack_of_handler;
static void remember_stack(int signal) {
  int here;
  stack_of_handler = &here;
  last_signal = signal;
}

// A child that signals its parent after a while.
static pid_t signal_soon(int signal) {
  pid_t parent = getpid(), child = fork();
  if (child == 0) {
    struct timespec pause = {0, 30000000};
    nanosleep(&pause, 0);
    kill(parent, signal);
    _exit(0);
  }
  return child;
}

int main(void) {
  signal(SIGUSR1, count);
  T(raise(SIGUSR1));
  printf("hits %d\n", hits);

  sigset_t set, old;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  T(sigprocmask(SIG_BLOCK, &set, &old));
  raise(SIGUSR1);
  raise(SIGUSR1);
  printf("blocked: hits %d\n", hits);
  sigpending(&set);
  printf("pending %d\n", sigismember(&set, SIGUSR1));
  T(sigprocmask(SIG_SETMASK, &old, 0));
  printf("unblocked: hits %d\n", hits);
  T(sigprocmask(77, &set, 0));
  T(sigaction(SIGKILL, &(struct sigaction){.sa_handler = SIG_IGN}, 0));
  T(sigaction(65, 0, 0));

  install(SIGSEGV, leave, 0);
  if (!sigsetjmp(after_fault, 1)) *(volatile int *)0x123000 = 1;
  printf("signal %d code %d address %p\n", last_signal, last_code, last_address);
  char *page = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (!sigsetjmp(after_fault, 1)) *page = 1;
  printf("signal %d code %d same address %d\n", last_signal, last_code, last_address == page);
  install(SIGILL, skip_instruction, 0);
  __asm__ volatile("ud2");
  printf("signal %d code %d\n", last_signal, last_code);
  install(SIGFPE, leave, 0);
  volatile int zero = 0;
  if (!sigsetjmp(after_fault, 1)) zero = 1 / zero;
  printf("signal %d code %d\n", last_signal, last_code);
  install(SIGTRAP, with_info, 0);
  __asm__ volatile("int3");
  printf("signal %d code %d\n", last_signal, last_code);

  // SSE state survives a handler.
  double value = 1.5;
  raise(SIGUSR1);
  printf("%g\n", value * 2);

  // Interruption: EINTR without SA_RESTART, a restart with it.
  struct sigaction action = {.sa_handler = count};
  sigaction(SIGUSR2, &action, 0);
  int ends[2];
  char byte;
  pipe(ends);
  pid_t child = signal_soon(SIGUSR2);
  T(read(ends[0], &byte, 1));
  waitpid(child, 0, 0);
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR2, &action, 0);
  child = signal_soon(SIGUSR2);
  if (fork() == 0) {
    struct timespec pause = {0, 80000000};
    nanosleep(&pause, 0);
    write(ends[1], "x", 1);
    _exit(0);
  }
  T(read(ends[0], &byte, 1));
  while (wait(0) > 0) {}
  child = signal_soon(SIGUSR2);
  struct timespec long_time = {5, 0}, left = {0, 0};
  T(nanosleep(&long_time, &left));
  OK(left.tv_sec == 4);
  waitpid(child, 0, 0);
  child = signal_soon(SIGUSR2);
  struct pollfd pollfd = {ends[0], POLLIN, 0};
  T(poll(&pollfd, 1, 5000));
  waitpid(child, 0, 0);

  // sigsuspend waits with another mask and brings the old one back.
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  sigprocmask(SIG_BLOCK, &set, 0);
  hits = 0;
  child = signal_soon(SIGUSR2);
  sigset_t none;
  sigemptyset(&none);
  T(sigsuspend(&none));
  sigprocmask(SIG_SETMASK, 0, &old);
  printf("hits %d still blocked %d\n", hits, sigismember(&old, SIGUSR2));
  waitpid(child, 0, 0);

  // The alternate stack.
  static char space[65536];
  stack_t stack = {.ss_sp = space, .ss_size = sizeof space}, previous;
  T(sigaltstack(&stack, 0));
  struct sigaction on_stack = {.sa_handler = remember_stack, .sa_flags = SA_ONSTACK};
  sigaction(SIGHUP, &on_stack, 0);
  raise(SIGHUP);
  OK((char *)stack_of_handler > space && (char *)stack_of_handler < space + sizeof space);
  T(sigaltstack(0, &previous));
  OK(previous.ss_sp == space && previous.ss_flags == 0);
  stack.ss_size = 100;
  T(sigaltstack(&stack, 0));

  // One shot, ignored, default.
  struct sigaction once = {.sa_handler = count, .sa_flags = SA_RESETHAND};
  sigaction(SIGWINCH, &once, 0);
  hits = 0;
  raise(SIGWINCH);
  raise(SIGWINCH);
  printf("hits %d\n", hits);
  signal(SIGPIPE, SIG_IGN);
  close(ends[0]);
  T(write(ends[1], "x", 1));
  signal(SIGPIPE, SIG_DFL);
  child = fork();
  if (child == 0) {
    write(ends[1], "x", 1);
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  print_status(status);

  // SIGCHLD ignored: children leave no zombies.
  signal(SIGCHLD, SIG_IGN);
  if (fork() == 0) _exit(0);
  T(wait(&status));
  return 0;
}
