// alarm, setitimer, timer_create, timerfd, the clocks.
#include "check.h"
#include <sys/timerfd.h>
#include <sys/signalfd.h>

static volatile int hits;
static siginfo_t last;
static void count(int signal) { hits++; }
static void with_info(int signal, siginfo_t *info, void *context) {
  hits++;
  last = *info;
}
static long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
static void spin_ms(long milliseconds) {
  struct timespec now;
  do clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  while (now.tv_sec * 1000 + now.tv_nsec / 1000000 < milliseconds);
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  signal(SIGALRM, count);
  T(alarm(100));
  T(alarm(50));
  T(alarm(0));
  T(alarm(0));
  alarm(1);
  long start = now_ms();
  T(pause());
  OK(now_ms() - start >= 990 && now_ms() - start < 1500);
  struct itimerval value = {{0, 10000}, {0, 20000}}, old;
  hits = 0;
  T(setitimer(ITIMER_REAL, &value, &old));
  while (hits < 4) pause();
  T(getitimer(ITIMER_REAL, &old));
  OK(old.it_interval.tv_usec == 10000 && old.it_value.tv_usec <= 10000 && old.it_value.tv_usec > 0);
  memset(&value, 0, sizeof value);
  T(setitimer(ITIMER_REAL, &value, &old));
  T(getitimer(ITIMER_REAL, &old));
  printf("left %ld\n", (long)old.it_value.tv_usec);
  value.it_value.tv_usec = 1000000;
  T(setitimer(ITIMER_REAL, &value, 0));
  T(setitimer(3, &value, 0));
  T(getitimer(-1, &value));
  // Spinning is interrupted too; CPU timers count CPU time.
  signal(SIGVTALRM, count);
  signal(SIGPROF, count);
  value = (struct itimerval){{0, 0}, {0, 40000}};
  hits = 0;
  setitimer(ITIMER_VIRTUAL, &value, 0);
  usleep(60000);
  printf("hits while asleep %d\n", hits);
  while (!hits) {}
  hits = 0;
  setitimer(ITIMER_PROF, &value, 0);
  while (!hits) {}
  printf("hits %d\n", hits);
  hits = 0;
  value.it_value.tv_usec = 20000;
  setitimer(ITIMER_REAL, &value, 0);
  while (!hits) {}
  printf("hits %d\n", hits);
  // Not inherited by fork, kept by exec.
  value.it_value.tv_usec = 500000;
  setitimer(ITIMER_REAL, &value, 0);
  if (fork() == 0) {
    getitimer(ITIMER_REAL, &old);
    printf("in the child %ld\n", (long)old.it_value.tv_usec);
    _exit(0);
  }
  wait(0);
  alarm(0);

  struct sigaction action = {.sa_sigaction = with_info, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR1, &action, 0);
  timer_t timer, none;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 77};
  T(timer_create(CLOCK_MONOTONIC, &event, &timer));
  struct itimerspec setting = {{0, 5000000}, {0, 10000000}}, left;
  hits = 0;
  T(timer_settime(timer, 0, &setting, &left));
  while (hits < 3) pause();
  printf("code %d value %d\n", last.si_code, last.si_value.sival_int);
  T(timer_gettime(timer, &left));
  OK(left.it_interval.tv_nsec == 5000000 && left.it_value.tv_nsec > 0 && left.it_value.tv_nsec <= 5000000);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, 0);
  usleep(10000);
  siginfo_t info;
  sigwaitinfo(&set, &info);
  usleep(52000);
  sigwaitinfo(&set, &info);
  OK(info.si_overrun >= 7 && info.si_overrun <= 14);
  OK(timer_getoverrun(timer) == info.si_overrun);
  T(timer_delete(timer));
  sigprocmask(SIG_UNBLOCK, &set, 0);
  event.sigev_notify = SIGEV_NONE;
  T(timer_create(CLOCK_REALTIME, &event, &none));
  setting = (struct itimerspec){{0, 0}, {5, 0}};
  T(timer_settime(none, 0, &setting, 0));
  T(timer_gettime(none, &left));
  OK(left.it_value.tv_sec == 4);
  T(timer_delete(none));
  T(syscall(SYS_timer_delete, 1000));
  T(syscall(SYS_timer_gettime, 1000, &left));
  T(syscall(SYS_timer_create, 99, 0, &timer));
  event.sigev_notify = 50;
  T(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer));
  event = (struct sigevent){.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
  hits = 0;
  timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer);
  setting = (struct itimerspec){{0, 0}, {0, 30000000}};
  timer_settime(timer, 0, &setting, 0);
  while (!hits) {}
  printf("CPU timer %d\n", hits);

  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  OK(fd >= 0);
  uint64_t expirations = 9;
  T(read(fd, &expirations, 8));
  setting = (struct itimerspec){{0, 10000000}, {0, 10000000}};
  T(timerfd_settime(fd, 0, &setting, 0));
  struct pollfd entry = {fd, POLLIN, 0};
  T(poll(&entry, 1, 1000));
  T(read(fd, &expirations, 4));
  T(read(fd, &expirations, 8));
  usleep(35000);
  T(read(fd, &expirations, 8));
  OK(expirations >= 3 && expirations <= 6);
  T(timerfd_gettime(fd, &left));
  OK(left.it_interval.tv_nsec == 10000000 && left.it_value.tv_nsec <= 10000000);
  T(write(fd, &expirations, 8));
  fcntl(fd, F_SETFL, 0);
  clock_gettime(CLOCK_MONOTONIC, &setting.it_value);
  setting.it_interval.tv_nsec = 0;
  setting.it_value.tv_nsec += 20000000;
  if (setting.it_value.tv_nsec >= 1000000000) setting.it_value.tv_sec++, setting.it_value.tv_nsec -= 1000000000;
  T(timerfd_settime(fd, TFD_TIMER_ABSTIME, &setting, 0));
  T(read(fd, &expirations, 8));
  printf("expirations %llu\n", (unsigned long long)expirations);
  T(timerfd_create(99, 0));
  T(timerfd_create(CLOCK_MONOTONIC, 1));
  T(timerfd_settime(0, 0, &setting, 0));
  T(timerfd_settime(fd, 8, &setting, 0));

  sigaddset(&set, SIGUSR2);
  sigprocmask(SIG_BLOCK, &set, 0);
  int sfd = signalfd(-1, &set, SFD_NONBLOCK);
  struct signalfd_siginfo got[3];
  T(read(sfd, got, sizeof got));
  T(read(sfd, got, 100));
  kill(getpid(), SIGUSR2);
  sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 12});
  entry.fd = sfd;
  T(poll(&entry, 1, 0));
  T(read(sfd, got, sizeof got));
  printf("%d %d %d, %d %d\n", got[0].ssi_signo, got[0].ssi_code, got[0].ssi_int, got[1].ssi_signo, got[1].ssi_pid == getpid());
  if (fork() == 0) {
    usleep(20000);
    kill(getppid(), SIGUSR2);
    _exit(0);
  }
  T(poll(&entry, 1, 2000));
  T(read(sfd, got, sizeof got));
  sigdelset(&set, SIGUSR2);
  T(signalfd(sfd, &set, 0) == sfd);
  kill(getpid(), SIGUSR2);
  T(poll(&entry, 1, 0));
  T(signalfd(0, &set, 0));
  T(signalfd(-1, &set, 1));
  T(write(sfd, got, 128));

  struct timespec time, resolution;
  for (int clock = 0; clock < 12; clock++) {
    if (clock == 8 || clock == 9 || clock == 10) continue;
    OK(clock_gettime(clock, &time) == 0 && clock_getres(clock, &resolution) == 0);
  }
  T(clock_gettime(100, &time));
  T(clock_getres(100, &time));
  clockid_t clock;
  OK(clock_getcpuclockid(0, &clock) == 0 && clock_gettime(clock, &time) == 0);
  time = (struct timespec){0, 5000000};
  T(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &time, 0));
  T(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, 0));
  T(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &time, 0));
  T(clock_nanosleep(100, 0, &time, 0));
  return 0;
}
