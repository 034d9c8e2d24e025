// Record locks of fcntl(2): ranges, owners, what close gives up, waiting.
#include "check.h"

static int set(int fd, int command, short kind, long start, long length) {
  struct flock lock = {.l_type = kind, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  return fcntl(fd, command, &lock);
}

static void get(int fd, short kind, long start, long length) {
  struct flock lock = {.l_type = kind, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  int result = fcntl(fd, F_GETLK, &lock);
  printf("getlk %d: %d kind %d start %ld length %ld %s\n", kind, result, lock.l_type, (long)lock.l_start,
         (long)lock.l_len, lock.l_type == F_UNLCK ? "-" : lock.l_pid == getppid() ? "parent" : "other");
  fflush(stdout);
}

static void in_child(void (*body)(int), int fd) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    body(fd);
    fflush(stdout);
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  print_status(status);
}

static void look(int fd) {
  get(fd, F_WRLCK, 0, 0);
  get(fd, F_RDLCK, 0, 0);
  get(fd, F_WRLCK, 100, 10);
  get(fd, F_WRLCK, 15, 2);
  T(set(fd, F_SETLK, F_WRLCK, 10, 1));
  T(set(fd, F_SETLK, F_RDLCK, 40, 1));
  T(set(fd, F_SETLK, F_WRLCK, 1000, 0));
}

static void take_after_wait(int fd) { T(set(fd, F_SETLKW, F_WRLCK, 0, 5)); }

static void interrupted(int signal) { (void)signal; }

static void wait_interrupted(int fd) {
  struct sigaction action = {.sa_handler = interrupted};
  sigaction(SIGALRM, &action, NULL);
  pid_t parent = getpid(), child = fork();
  if (child == 0) {
    usleep(50000);
    kill(parent, SIGALRM);
    _exit(0);
  }
  T(set(fd, F_SETLKW, F_WRLCK, 0, 5));
}

int main(void) {
  const char *path = "/tmp/record-locks";
  int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600), readable = open(path, O_RDONLY), writable = open(path, O_WRONLY);
  T(set(fd, F_SETLK, F_WRLCK, 0, 50));
  T(set(fd, F_SETLK, F_UNLCK, 15, 5));
  T(set(fd, F_SETLK, F_RDLCK, 30, 40));
  in_child(look, fd);
  T(set(readable, F_SETLK, F_WRLCK, 0, 1));
  T(set(writable, F_SETLK, F_RDLCK, 0, 1));
  T(set(fd, F_SETLK, 7, 0, 1));
  T(set(fd, F_SETLK, F_WRLCK, -1, 1));
  T(set(fd, F_SETLK, F_WRLCK, 10, -10));
  T(set(fd, F_SETLK, F_WRLCK, 10, -11));
  T(set(-1, F_SETLK, F_WRLCK, 0, 1));
  T(fcntl(fd, F_SETLK, (void *)8));
  in_child(wait_interrupted, fd);
  close(writable);  // gives up everything that this process holds on the file
  in_child(look, fd);
  T(set(fd, F_SETLK, F_WRLCK, 0, 0));
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    take_after_wait(fd);
    _exit(0);
  }
  usleep(50000);
  T(set(fd, F_SETLK, F_UNLCK, 0, 0));
  int status;
  waitpid(child, &status, 0);
  print_status(status);
  unlink(path);
  return 0;
}
