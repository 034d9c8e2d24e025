// Transfers of many megabytes: counts, content, and a signal in the middle of one.
#include "check.h"

static void note(int signal) { (void)signal; }

int main(void) {
  size_t size = 12 << 20;
  unsigned char *data = malloc(size), *copy = malloc(size);
  for (size_t i = 0; i < size; i++) data[i] = i * 2654435761u >> 24;
  int file = open("/tmp/slices", O_RDWR | O_CREAT | O_TRUNC, 0600);
  T(write(file, data, size));
  T(lseek(file, 0, SEEK_CUR));
  T(lseek(file, 0, SEEK_SET));
  T(read(file, copy, size + 5));
  OK(memcmp(data, copy, size) == 0);
  T(read(file, copy, size));
  memset(copy, 0, size);
  T(pread(file, copy, size, 1));
  OK(memcmp(data + 1, copy, size - 1) == 0);
  unlink("/tmp/slices");

  int ends[2];
  pipe(ends);
  if (fork() == 0) {
    close(ends[1]);
    long total = 0, n;
    while ((n = read(ends[0], copy, 100000)) > 0) total += n;
    printf("child read %ld\n", total);
    exit(0);
  }
  close(ends[0]);
  T(write(ends[1], data, size));
  close(ends[1]);
  wait(0);

  // A writer that is interrupted has written something, and knows how much.
  struct sigaction action = {.sa_handler = note};
  sigaction(SIGUSR1, &action, 0);
  pipe(ends);
  pid_t parent = getpid();
  if (fork() == 0) {
    nanosleep(&(struct timespec){0, 50000000}, 0);
    kill(parent, SIGUSR1);
    nanosleep(&(struct timespec){0, 50000000}, 0);
    _exit(0);
  }
  T(write(ends[1], data, size));
  wait(0);
  return 0;
}
