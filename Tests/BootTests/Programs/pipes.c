// Pipes, descriptors, poll and select.
#include "check.h"

int main(void) {
  int p[2], q[2];
  char buffer[70000];
  memset(buffer, 'x', sizeof buffer);
  T(pipe(p));
  T(write(p[1], "hello", 5));
  T(read(p[0], buffer, 3));
  T(read(p[0], buffer, 100));
  T(pipe2(q, O_NONBLOCK | O_CLOEXEC));
  T(read(q[0], buffer, 1));
  T(write(q[1], buffer, 70000));
  T(write(q[1], buffer, 1));
  T(write(q[1], buffer, 4096));
  T(read(q[0], buffer, 4096));
  T(write(q[1], buffer, 4096));
  T(fcntl(q[0], F_GETFD));
  T(fcntl(p[0], F_GETFD));
  T(fcntl(q[0], F_GETFL) & O_NONBLOCK);
  T(pipe2(q, 0x12345));
  T(lseek(p[0], 0, SEEK_SET));
  T(pread(p[0], buffer, 1, 0));
  T(write(p[0], "x", 1));
  T(read(p[1], buffer, 1));

  struct pollfd fds[3] = {{p[0], POLLIN, 0}, {p[1], POLLOUT, 0}, {-1, POLLIN, 0}};
  T(poll(fds, 3, 0));
  printf("%x %x %x\n", fds[0].revents, fds[1].revents, fds[2].revents);
  write(p[1], "y", 1);
  T(poll(fds, 3, -1));
  printf("%x %x\n", fds[0].revents, fds[1].revents);
  fds[2].fd = 77;
  T(poll(fds, 3, 0));
  printf("%x\n", fds[2].revents);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(p[0], &set);
  struct timeval now = {0, 0};
  T(select(p[0] + 1, &set, 0, 0, &now));
  read(p[0], buffer, 1);
  FD_SET(p[0], &set);
  T(select(p[0] + 1, &set, 0, 0, &now));
  T(select(-1, 0, 0, 0, &now));
  struct timespec before, after;
  clock_gettime(CLOCK_MONOTONIC, &before);
  T(poll(0, 0, 50));
  clock_gettime(CLOCK_MONOTONIC, &after);
  long elapsed = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
  OK(elapsed >= 49 && elapsed < 1000);

  // A reader that waits, a writer that comes; then the end.
  if (fork() == 0) {
    struct timespec pause = {0, 20000000};
    nanosleep(&pause, 0);
    write(p[1], "late", 4);
    _exit(0);
  }
  T(read(p[0], buffer, 100));
  wait(0);
  close(p[1]);
  T(read(p[0], buffer, 1));
  fds[0].fd = p[0];
  T(poll(fds, 1, 0));
  printf("%x\n", fds[0].revents);
  close(p[0]);

  // A writer that must wait for room, in order and without loss.
  pipe(p);
  if (fork() == 0) {
    close(p[0]);
    for (int i = 0; i < 300000; i++) buffer[i % 1000] = i, i % 1000 == 999 ? write(p[1], buffer, 1000) : 0;
    _exit(0);
  }
  close(p[1]);
  long total = 0, wrong = 0, n;
  while ((n = read(p[0], buffer, 777)) > 0)
    for (long i = 0; i < n; i++, total++) wrong += (unsigned char)buffer[i] != (unsigned char)total;
  printf("%ld bytes, %ld wrong\n", total, wrong);
  close(p[0]);
  wait(0);

  int copy;
  T(copy = dup(1));
  T(dup2(copy, 20));
  T(dup2(20, 20));
  T(dup2(99, 20));
  T(dup2(1, -1));
  T(dup3(1, 1, 0));
  T(dup3(1, 21, O_CLOEXEC));
  T(fcntl(21, F_GETFD));
  T(fcntl(1, F_DUPFD, 30));
  T(fcntl(1, F_DUPFD_CLOEXEC, 30));
  T(fcntl(99, F_GETFD));
  T(close(99));
  T(close(20));
  T(close(20));
  struct rlimit limit = {8, 64};
  T(setrlimit(RLIMIT_NOFILE, &limit));
  T(dup(0));
  T(dup(0));
  T(dup(0));
  T(dup(0));
  T(dup(0));
  return 0;
}
