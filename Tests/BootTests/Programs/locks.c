// File locks: flock, fcntl's of processes and of open file descriptions, deadlock, release.
#include "check.h"
#include <sys/file.h>

#ifndef F_OFD_SETLK
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#define F_OFD_SETLKW 38
#endif
static int fd;
static char path[] = "/tmp/locksXXXXXX";

static int set(int file, int command, int type, long start, long length) {
  struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  return fcntl(file, command, &lock);
}
// What a child, another process, would meet.
static void ask(const char *what, int type, long start, long length) {
  if (fork() == 0) {
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
    int result = fcntl(fd, F_GETLK, &lock);
    if (result < 0) printf("%s: %s\n", what, strerror(errno));
    else if (lock.l_type == F_UNLCK) printf("%s: free\n", what);
    else printf("%s: type %d start %ld length %ld by %s\n", what, lock.l_type, (long)lock.l_start, (long)lock.l_len,
                lock.l_pid == getppid() ? "the parent" : lock.l_pid == -1 ? "a description" : "another");
    _exit(0);
  }
  wait(0);
}
static void child_does(int file, int command, int type, long start, long length) {
  if (fork() == 0) {
    T(set(file, command, type, start, length));
    _exit(0);
  }
  wait(0);
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  fd = mkstemp(path);
  write(fd, "0123456789", 10);
  T(set(fd, F_SETLK, F_WRLCK, 10, 10));
  ask("whole", F_RDLCK, 0, 0);
  ask("before", F_WRLCK, 0, 10);
  ask("behind", F_WRLCK, 20, 0);
  T(set(fd, F_SETLK, F_WRLCK, 20, 10));
  ask("joined", F_RDLCK, 0, 0);
  T(set(fd, F_SETLK, F_UNLCK, 14, 4));
  ask("first part", F_RDLCK, 0, 0);
  ask("hole", F_RDLCK, 14, 4);
  ask("second part", F_RDLCK, 15, 10);
  T(set(fd, F_SETLK, F_RDLCK, 18, 12));
  ask("read lock against read", F_RDLCK, 18, 12);
  ask("read lock against write", F_WRLCK, 18, 12);
  child_does(fd, F_SETLK, F_WRLCK, 18, 1);
  child_does(fd, F_SETLK, F_RDLCK, 18, 1);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_END, .l_start = -3, .l_len = 3};
  T(fcntl(fd, F_SETLK, &lock));
  ask("from the end", F_WRLCK, 0, 10);
  lock = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 5, .l_len = -3};
  T(fcntl(fd, F_SETLK, &lock));
  ask("backwards", F_WRLCK, 0, 5);
  lock.l_start = -1;
  T(fcntl(fd, F_SETLK, &lock));
  lock = (struct flock){.l_type = 7};
  T(fcntl(fd, F_SETLK, &lock));
  lock = (struct flock){.l_type = F_UNLCK};
  T(fcntl(fd, F_GETLK, &lock));
  T(fcntl(fd, F_SETLK, (void *)-4096));
  int reader = open(path, O_RDONLY);
  T(set(reader, F_SETLK, F_WRLCK, 0, 1));
  ask("closing any descriptor gives up all", F_WRLCK, 0, 0);
  close(reader);
  ask("closed", F_WRLCK, 0, 0);

  // Waiting: until it is free; a circle is refused; a signal ends it.
  int ends[2];
  char byte;
  pipe(ends);
  pid_t child = fork();
  if (child == 0) {
    set(fd, F_SETLKW, F_WRLCK, 0, 1);
    write(ends[1], "x", 1);
    usleep(30000);
    _exit(set(fd, F_SETLKW, F_WRLCK, 1, 1) == 0 ? 3 : 4);
  }
  read(ends[0], &byte, 1);
  set(fd, F_SETLK, F_WRLCK, 1, 1);
  usleep(60000);
  T(set(fd, F_SETLKW, F_WRLCK, 0, 1));
  T(set(fd, F_SETLK, F_UNLCK, 1, 1));
  int status;
  wait(&status);
  print_status(status);
  T(set(fd, F_SETLKW, F_WRLCK, 0, 2));

  // Locks of a description: shared by dup and fork, apart from another open.
  T(set(fd, F_SETLK, F_UNLCK, 0, 0));
  int other = open(path, O_RDWR);
  T(set(fd, F_OFD_SETLK, F_WRLCK, 0, 5));
  T(set(other, F_OFD_SETLK, F_WRLCK, 0, 5));
  T(set(other, F_SETLK, F_RDLCK, 0, 5));
  child_does(fd, F_OFD_SETLK, F_WRLCK, 0, 10);
  T(set(other, F_OFD_SETLK, F_WRLCK, 5, 5));
  ask("description", F_WRLCK, 0, 10);
  lock = (struct flock){.l_type = F_WRLCK, .l_pid = 1};
  T(fcntl(fd, F_OFD_SETLK, &lock));
  int copy = dup(fd);
  close(fd);
  T(set(other, F_OFD_SETLK, F_WRLCK, 0, 5));
  close(copy);
  T(set(other, F_OFD_SETLK, F_WRLCK, 0, 5));
  fd = other;

  other = open(path, O_RDWR);
  T(flock(fd, LOCK_SH));
  T(flock(other, LOCK_SH | LOCK_NB));
  T(flock(other, LOCK_EX | LOCK_NB));
  T(flock(fd, LOCK_UN));
  T(flock(other, LOCK_EX | LOCK_NB));
  T(flock(fd, LOCK_SH | LOCK_NB));
  T(flock(fd, 77));
  if (fork() == 0) {
    usleep(20000);
    flock(other, LOCK_UN);
    _exit(0);
  }
  T(flock(fd, LOCK_EX));
  wait(0);
  unlink(path);
  return 0;
}
