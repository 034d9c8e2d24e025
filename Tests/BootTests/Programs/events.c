// epoll and eventfd: level, edge, one-shot, nesting, closing, errors.
#include "check.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

static int ep, ends[2], other[2];
static struct epoll_event list[8];

static int add(int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u64 = 0x100000000ull + fd};
  return epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
}
static int change(int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u64 = fd};
  return epoll_ctl(ep, EPOLL_CTL_MOD, fd, &event);
}
static void collect(const char *what, int timeout) {
  int count = epoll_wait(ep, list, 8, timeout);
  printf("%s: %d", what, count);
  for (int i = 0; i < count; i++) printf(" %x/%llx", list[i].events, (unsigned long long)list[i].data.u64);
  printf("\n");
}
static void later(void (*body)(void)) {
  if (fork() == 0) {
    usleep(20000);
    body();
    _exit(0);
  }
}
static void write_x(void) { write(ends[1], "x", 1); }
static void handler(int signal) {}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  char buffer[16];
  ep = epoll_create1(EPOLL_CLOEXEC);
  pipe(ends);
  pipe(other);
  T(epoll_create1(1));
  T(epoll_create(0));
  T(add(ends[0], EPOLLIN));
  T(add(ends[0], EPOLLIN));
  T(add(99, EPOLLIN));
  T(epoll_ctl(ep, EPOLL_CTL_DEL, 99, 0));
  T(epoll_ctl(ep, EPOLL_CTL_DEL, other[0], 0));
  T(change(other[0], EPOLLIN));
  T(add(ep, EPOLLIN));
  T(epoll_ctl(ends[0], EPOLL_CTL_ADD, ends[1], list));
  T(epoll_ctl(ep, 7, ends[0], list));
  T(epoll_ctl(ep, EPOLL_CTL_ADD, other[0], (void *)0));
  int file = open("/tmp/events", O_RDWR | O_CREAT, 0600);
  T(add(file, EPOLLIN) == -1 && errno == EPERM);
  T(epoll_wait(ep, list, 0, 0));
  T(epoll_wait(ep, (void *)-4096, 8, 0));
  T(epoll_wait(ends[0], list, 8, 0));
  collect("nothing", 0);
  collect("nothing", 10);
  write(ends[1], "abc", 3);
  collect("level", 0);
  collect("level again", 0);
  read(ends[0], buffer, 2);
  collect("level, one left", 0);
  read(ends[0], buffer, 2);
  collect("level, none left", 0);

  T(change(ends[0], EPOLLIN | EPOLLET));
  write(ends[1], "abc", 3);
  collect("edge", 0);
  collect("edge again", 0);
  write(ends[1], "d", 1);
  collect("edge, more came", 0);
  T(change(ends[0], EPOLLIN | EPOLLET));
  collect("edge, set anew", 0);
  read(ends[0], buffer, 16);
  collect("edge, read", 0);

  T(change(ends[0], EPOLLIN | EPOLLONESHOT));
  write(ends[1], "a", 1);
  collect("one shot", 0);
  collect("one shot again", 0);
  T(change(ends[0], EPOLLIN | EPOLLONESHOT));
  collect("one shot, armed anew", 0);
  read(ends[0], buffer, 16);

  T(change(ends[0], EPOLLIN));
  T(add(ends[1], EPOLLOUT));
  collect("writable", 0);
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  static char big[65536];
  OK(write(ends[1], big, sizeof big) == sizeof big);
  collect("full", 0);
  read(ends[0], big, 4096);
  collect("room", 0);
  read(ends[0], big, sizeof big);
  T(epoll_ctl(ep, EPOLL_CTL_DEL, ends[1], 0));
  collect("deleted", 0);
  later(write_x);
  collect("waits", 2000);
  wait(0);
  read(ends[0], buffer, 1);

  // A file that is closed is watched no more; one with another descriptor is.
  T(add(other[0], EPOLLIN));
  write(other[1], "x", 1);
  int copy = dup(other[0]);
  close(other[0]);
  collect("closed, still open by another", 0);
  close(copy);
  collect("closed", 0);
  pipe(other);
  T(add(other[0], EPOLLIN | EPOLLRDHUP));
  close(other[1]);
  collect("hung up", 0);
  close(other[0]);

  // Many at once, fewer asked for: all get their turn.
  int many[5][2], seen = 0;
  for (int i = 0; i < 5; i++) {
    pipe(many[i]);
    add(many[i][0], EPOLLIN);
    write(many[i][1], "x", 1);
  }
  for (int round = 0; round < 5; round++) {
    int count = epoll_wait(ep, list, 1, 0);
    for (int i = 0; i < 5; i++)
      if (count == 1 && list[0].data.u64 == 0x100000000ull + many[i][0]) seen |= 1 << i;
  }
  printf("seen %x\n", seen);
  for (int i = 0; i < 5; i++) close(many[i][0]), close(many[i][1]);

  // An epoll in an epoll, and circles.
  int outer = epoll_create1(0), middle = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = 1};
  T(epoll_ctl(outer, EPOLL_CTL_ADD, middle, &event));
  T(epoll_ctl(middle, EPOLL_CTL_ADD, ep, &event));
  T(epoll_ctl(ep, EPOLL_CTL_ADD, outer, &event));
  T(epoll_wait(outer, list, 8, 0));
  write(ends[1], "x", 1);
  T(epoll_wait(outer, list, 8, 0));
  struct pollfd entry = {outer, POLLIN, 0};
  T(poll(&entry, 1, 0));
  printf("events %x\n", entry.revents);
  read(ends[0], buffer, 1);
  T(poll(&entry, 1, 0));
  later(write_x);
  T(epoll_wait(outer, list, 8, 2000));
  wait(0);
  read(ends[0], buffer, 1);

  // A signal ends the wait, even with SA_RESTART.
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, 0);
  struct itimerval soon = {.it_value = {0, 20000}};
  setitimer(ITIMER_REAL, &soon, 0);
  T(epoll_wait(ep, list, 8, 1000));
  sigset_t set, old;
  sigemptyset(&set);
  sigaddset(&set, SIGALRM);
  sigprocmask(SIG_BLOCK, &set, &old);
  setitimer(ITIMER_REAL, &soon, 0);
  T(epoll_wait(ep, list, 8, 40));
  T(epoll_pwait(ep, list, 8, 1000, &old));
  T(add(ends[1], EPOLLEXCLUSIVE | EPOLLOUT));
  T(change(ends[1], EPOLLOUT));

  uint64_t value = 9;
  int counter = eventfd(3, EFD_NONBLOCK);
  T(add(counter, EPOLLIN | EPOLLET));
  T(read(counter, &value, 8));
  printf("value %llu\n", (unsigned long long)value);
  T(read(counter, &value, 8));
  T(read(counter, &value, 4));
  value = -1;
  T(write(counter, &value, 8));
  value = -2;
  T(write(counter, &value, 8));
  entry = (struct pollfd){counter, POLLIN | POLLOUT, 0};
  T(poll(&entry, 1, 0));
  printf("events %x\n", entry.revents);
  value = 1;
  T(write(counter, &value, 8));
  T(read(counter, &value, 8));
  printf("value %llu\n", (unsigned long long)value);
  T(lseek(counter, 0, SEEK_SET));
  T(pread(counter, &value, 8, 0));
  int semaphore = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
  T(read(semaphore, &value, 8));
  T(read(semaphore, &value, 8));
  T(read(semaphore, &value, 8));
  T(eventfd(0, 2));
  int wait_for = eventfd(0, 0);
  if (fork() == 0) {
    usleep(10000);
    value = 5;
    write(wait_for, &value, 8);
    _exit(0);
  }
  T(read(wait_for, &value, 8));
  printf("value %llu\n", (unsigned long long)value);
  return 0;
}
