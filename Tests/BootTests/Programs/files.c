// The file system calls, corner by corner. Prints a line a call: what it returned and the error's number. Works in a
// directory that it makes; give one on a tmpfs to record what Linux prints (through a pipe: it limits file sizes).
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

// Not in every C library.
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif
#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE 2
#endif
#define renameat2(a, b, c, d, flags) syscall(SYS_renameat2, a, b, c, d, flags)
#define preadv2(fd, v, count, offset, flags) syscall(SYS_preadv2, fd, v, count, (long)(offset), 0L, flags)

#define TRY(call)                                                                                                      \
  do {                                                                                                                 \
    errno = 0;                                                                                                         \
    long result_ = (long)(call);                                                                                       \
    printf("%s = %ld", #call, result_);                                                                                \
    if (result_ == -1) printf(" (%s)", strerrorname(errno));                                                           \
    printf("\n");                                                                                                      \
  } while (0)

static const char *strerrorname(int number) {
  static char text[16];
  snprintf(text, sizeof text, "errno %d", number);
  return text;
}

static void *bad = (void *)0x10;
static char buffer[200000];

static void show(const char *path) {
  struct stat s;
  if (lstat(path, &s)) {
    printf("%s: errno %d\n", path, errno);
    return;
  }
  printf("%s: mode %o links %ld size %ld uid %d gid %d\n", path, s.st_mode, (long)s.st_nlink,
         S_ISDIR(s.st_mode) ? 0 : (long)s.st_size, s.st_uid, s.st_gid);
}

static int make(const char *path, const char *text) {
  int fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0644);
  if (fd >= 0 && write(fd, text, strlen(text)) < 0) perror(path);
  return fd;
}

static void opening(void) {
  printf("== open\n");
  int fd;
  TRY(open("none", O_RDONLY));
  TRY(open("", O_RDONLY));
  TRY(open(bad, O_RDONLY));
  TRY(fd = open("f", O_CREAT | O_EXCL | O_RDWR, 0666));
  show("f");
  TRY(open("f", O_CREAT | O_EXCL, 0666));
  TRY(open("f/", O_RDONLY));
  TRY(open("f/x", O_RDONLY));
  TRY(open("f", O_DIRECTORY));
  TRY(open("new/", O_CREAT | O_WRONLY, 0666));
  TRY(open("nodir/new", O_CREAT | O_WRONLY, 0666));
  TRY(open(".", O_WRONLY));
  TRY(open(".", O_RDWR));
  TRY(open(".", O_CREAT | O_RDONLY, 0666));
  TRY(open("..", O_CREAT | O_EXCL, 0666));
  TRY(close(fd));
  TRY(close(fd));
  TRY(close(-1));
  TRY(symlink("f", "link"));
  TRY(symlink("nowhere", "dangling"));
  TRY(symlink("loop", "loop"));
  TRY(symlink("", "empty"));
  TRY(symlink("x", "link"));
  TRY(open("link", O_NOFOLLOW));
  TRY(open("loop", O_RDONLY));
  TRY(open("dangling", O_RDONLY));
  TRY(open("dangling", O_CREAT | O_EXCL, 0666));
  TRY(fd = open("dangling", O_CREAT | O_WRONLY, 0600));
  show("nowhere");
  TRY(write(fd, "abc", 3));
  TRY(read(fd, buffer, 3));
  TRY(close(fd));
  TRY(fd = open("nowhere", O_PATH));
  TRY(read(fd, buffer, 1));
  TRY(fchmod(fd, 0));
  TRY(fcntl(fd, F_GETFL) & O_PATH ? 1 : 0);
  TRY(close(fd));
  TRY(fd = open("link", O_PATH | O_NOFOLLOW));
  TRY(readlinkat(fd, "", buffer, 10));
  TRY(close(fd));
  TRY(fd = open(".", O_TMPFILE | O_RDWR, 0600));
  TRY(write(fd, "tmp", 3));
  struct stat s;
  TRY(fstat(fd, &s));
  printf("links %ld\n", (long)s.st_nlink);
  TRY(close(fd));
  TRY(open("f", O_TMPFILE | O_RDWR, 0600));
  TRY(open(".", O_TMPFILE | O_RDONLY, 0600));
  char name[300];
  memset(name, 'n', 256);
  name[256] = 0;
  TRY(open(name, O_CREAT | O_RDWR, 0600));
  name[255] = 0;
  TRY(fd = open(name, O_CREAT | O_RDWR, 0600));
  TRY(close(fd));
  TRY(unlink(name));
  static char longpath[5000];
  memset(longpath, '/', 4999);
  TRY(open(longpath, O_RDONLY));
  longpath[4095] = 0;
  TRY(fd = open(longpath, O_RDONLY));
  TRY(close(fd));
  TRY(creat("f", 0600));
  TRY(close(3));
  TRY(openat(77, "f", O_RDONLY));
  TRY(fd = open("f", O_RDONLY));
  TRY(openat(fd, "g", O_RDONLY));
  TRY(close(fd));
  umask(077);
  TRY(fd = open("masked", O_CREAT, 0777));
  close(fd);
  show("masked");
  umask(022);
}

static void reading(void) {
  printf("== read and write\n");
  int fd = make("data", "0123456789");
  TRY(lseek(fd, 0, SEEK_CUR));
  TRY(read(fd, buffer, 10));
  TRY(lseek(fd, -3, SEEK_END));
  TRY(read(fd, buffer, 10));
  TRY(lseek(fd, -1, SEEK_SET));
  TRY(lseek(fd, 0, 99));
  TRY(lseek(fd, 100, SEEK_SET));
  TRY(read(fd, buffer, 10));
  TRY(write(fd, "x", 1));
  show("data");
  TRY(lseek(fd, 0, SEEK_DATA));
  TRY(lseek(fd, 0, SEEK_HOLE));
  TRY(lseek(fd, 101, SEEK_DATA));
  TRY(pread(fd, buffer, 5, 2));
  TRY(buffer[0]);
  TRY(pread(fd, buffer, 5, -1));
  TRY(pread(fd, buffer, 5, 1000));
  TRY(pwrite(fd, "AB", 2, 1));
  TRY(pwrite(fd, "AB", 2, -1));
  TRY(read(fd, bad, 1));
  TRY(pread(fd, bad, 1, 0));
  TRY(write(fd, bad, 1));
  TRY(read(fd, buffer, 0));
  TRY(write(fd, buffer, 0));
  TRY(syscall(SYS_read, fd, buffer, -1L));
  TRY(read(99, buffer, 1));
  struct iovec v[3] = {{buffer, 2}, {buffer + 100, 0}, {buffer + 200, 5}};
  lseek(fd, 0, SEEK_SET);
  TRY(readv(fd, v, 3));
  TRY(readv(fd, v, -1));
  TRY(readv(fd, v, 1025));
  TRY(readv(fd, v, 0));
  TRY(readv(fd, bad, 1));
  TRY(writev(fd, v, 3));
  TRY(preadv(fd, v, 3, 1));
  TRY(pwritev(fd, v, 3, 20));
  TRY(preadv2(fd, v, 3, -1, 0));
  TRY(preadv2(fd, v, 3, 0, 0x1000));
  struct iovec huge[2] = {{buffer, -1}, {buffer, 1}};
  TRY(readv(fd, huge, 2));
  // A buffer that ends at an unmapped page: what fits is read.
  char *edge = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(edge + 4096, 4096);
  TRY(pread(fd, edge + 4092, 50, 0));
  TRY(pwrite(fd, edge + 4092, 50, 0));
  TRY(write(fd, edge + 4096, 1));
  int appended = open("data", O_WRONLY | O_APPEND);
  TRY(write(appended, "end", 3));
  TRY(lseek(appended, 0, SEEK_CUR));
  TRY(pwrite(appended, "E", 1, 0));
  show("data");
  TRY(read(appended, buffer, 1));
  TRY(close(appended));
  int rd = open("data", O_RDONLY);
  TRY(write(rd, "x", 1));
  TRY(ftruncate(rd, 0));
  TRY(close(rd));
  int dir = open(".", O_RDONLY);
  TRY(read(dir, buffer, 10));
  TRY(ftruncate(dir, 0));
  TRY(close(dir));
  TRY(ftruncate(fd, 5));
  TRY(ftruncate(fd, -1));
  TRY(ftruncate(fd, 10000));
  TRY(pread(fd, buffer, 20, 0));
  TRY(buffer[5]);
  TRY(truncate("data", 3));
  TRY(truncate("none", 3));
  TRY(truncate(".", 3));
  TRY(fallocate(fd, 0, 0, 8192));
  show("data");
  TRY(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 100000));
  show("data");
  TRY(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 10));
  TRY(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 1, 1));
  TRY(fallocate(fd, 0, -1, 10));
  TRY(fallocate(fd, 0, 0, 0));
  TRY(posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED));
  TRY(fsync(fd));
  TRY(fdatasync(fd));
  TRY(fsync(99));
  TRY(close(fd));
  struct rlimit small = {1000, RLIM_INFINITY}, large = {RLIM_INFINITY, RLIM_INFINITY};
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  fd = make("limited", "");
  TRY(write(fd, buffer, 5000));
  TRY(write(fd, buffer, 1));
  TRY(ftruncate(fd, 2000));
  TRY(pwrite(fd, buffer, 10, 995));
  setrlimit(RLIMIT_FSIZE, &large);
  TRY(close(fd));
}

static void names(void) {
  printf("== names\n");
  TRY(mkdir("d", 0777));
  show("d");
  TRY(mkdir("d", 0777));
  TRY(mkdir("d/", 0777));
  TRY(mkdir("d/sub/", 0700));
  show("d");
  TRY(mkdir(".", 0777));
  TRY(mkdir("..", 0777));
  TRY(mkdir("/", 0777));
  TRY(mkdir("", 0777));
  TRY(mkdir("none/x", 0777));
  TRY(mkdir("f/x", 0777));
  TRY(mkdir("f", 0777));
  TRY(mkdir("link", 0777));
  TRY(mkdir(bad, 0777));
  TRY(rmdir("d"));
  TRY(rmdir("d/."));
  TRY(rmdir("d/.."));
  TRY(rmdir("f"));
  TRY(rmdir("/"));
  TRY(rmdir("none"));
  TRY(unlink("d"));
  TRY(unlink("d/"));
  TRY(unlink("f/"));
  TRY(unlink("none"));
  TRY(unlink("."));
  TRY(unlink(""));
  TRY(unlinkat(AT_FDCWD, "d/sub", AT_REMOVEDIR));
  TRY(unlinkat(AT_FDCWD, "d", 0x80));
  TRY(link("f", "hard"));
  show("f");
  TRY(link("f", "hard"));
  TRY(link("d", "hardd"));
  TRY(link("none", "x"));
  TRY(link("f", "none/x"));
  TRY(link("f", "x/"));
  TRY(link("link", "hardlink"));
  show("hardlink");
  TRY(linkat(AT_FDCWD, "link", AT_FDCWD, "followed", AT_SYMLINK_FOLLOW));
  show("followed");
  TRY(linkat(AT_FDCWD, "f", AT_FDCWD, "y", 0x4));
  TRY(readlink("link", buffer, 100));
  TRY(readlink("link", buffer, 1));
  TRY(readlink("link", buffer, 0));
  TRY(readlink("f", buffer, 100));
  TRY(readlink("none", buffer, 100));
  TRY(readlink("", buffer, 100));
  TRY(mknod("fifo", S_IFIFO | 0644, 0));
  show("fifo");
  TRY(mknod("reg", S_IFREG | 0644, 0));
  TRY(mknod("reg2", 0644, 0));
  show("reg2");
  TRY(mknod("dir", S_IFDIR | 0644, 0));
  TRY(mknod("bad", 0170000, 0));
  TRY(mknod("reg/", S_IFREG, 0));
  TRY(mknod("new/", S_IFREG, 0));
  TRY(chmod("f", 04755));
  show("f");
  TRY(chmod("none", 0));
  TRY(chmod("link", 0600));
  show("f");
  TRY(chown("f", 5, 6));
  TRY(lchown("link", 7, 8));
  show("link");
  show("f");
  TRY(chown("f", -1, -1));
  TRY(fchownat(AT_FDCWD, "f", 0, 0, 0x8000));
  TRY(access("f", F_OK));
  TRY(access("f", X_OK));
  TRY(access("f", 8));
  TRY(access("none", F_OK));
  TRY(faccessat(AT_FDCWD, "dangling", F_OK, AT_SYMLINK_NOFOLLOW));
  TRY(chdir("f"));
  TRY(chdir("none"));
  TRY(chdir("d"));
  TRY(open("../f", O_RDONLY));
  close(3);
  TRY(chdir(".."));
  TRY(syscall(SYS_getcwd, buffer, 1));
  TRY(syscall(SYS_getcwd, bad, 4096));
}

static void renames(void) {
  printf("== rename\n");
  mkdir("r1", 0755);
  mkdir("r2", 0755);
  mkdir("r1/in", 0755);
  close(make("ra", "a"));
  close(make("rb", "b"));
  TRY(rename("ra", "rb"));
  show("ra");
  TRY(rename("none", "x"));
  TRY(rename("rb", "r1"));
  TRY(rename("r1", "rb"));
  TRY(rename("r1", "r1/in/x"));
  TRY(rename("r1/in", "r1"));
  TRY(rename("r2", "r1"));
  TRY(rename("r1", "r2"));
  show("r2/in");
  TRY(rename("r2", "r2"));
  TRY(rename("rb", "rb2/"));
  TRY(rename("rb/", "rb2"));
  TRY(rename("r2/", "r3/"));
  TRY(rename("r3/.", "x"));
  TRY(rename("r3", "."));
  TRY(rename(".", "x"));
  TRY(rename("rb", "r3/none/x"));
  TRY(rename("", "x"));
  TRY(rename("rb", ""));
  close(make("rc", "c"));
  TRY(renameat2(AT_FDCWD, "rb", AT_FDCWD, "rc", RENAME_NOREPLACE));
  TRY(renameat2(AT_FDCWD, "rb", AT_FDCWD, "rc", RENAME_EXCHANGE));
  TRY(renameat2(AT_FDCWD, "rb", AT_FDCWD, "none", RENAME_EXCHANGE));
  TRY(renameat2(AT_FDCWD, "rb", AT_FDCWD, "r3", RENAME_EXCHANGE));
  show("rb");
  show("r3");
  TRY(renameat2(AT_FDCWD, "rb", AT_FDCWD, "rb/in", RENAME_EXCHANGE));
  TRY(renameat2(AT_FDCWD, "rb", AT_FDCWD, "x", 0x80));
  TRY(renameat2(AT_FDCWD, "rb", AT_FDCWD, "x", RENAME_NOREPLACE | RENAME_EXCHANGE));
  TRY(link("rc", "rd"));
  TRY(rename("rc", "rd"));
  show("rd");
}

static void descriptors(void) {
  printf("== descriptors\n");
  int fd = make("desc", "hello"), other;
  TRY(fd);
  TRY(other = dup(fd));
  TRY(lseek(other, 1, SEEK_SET));
  TRY(lseek(fd, 0, SEEK_CUR));
  TRY(dup2(fd, fd));
  TRY(dup2(fd, 20));
  TRY(dup2(99, 99));
  TRY(dup2(99, 5));
  TRY(dup2(fd, -1));
  TRY(dup2(fd, 100000000));
  TRY(dup3(fd, 21, O_CLOEXEC));
  TRY(dup3(fd, fd, 0));
  TRY(dup3(fd, 22, 1));
  TRY(fcntl(21, F_GETFD));
  TRY(fcntl(20, F_GETFD));
  TRY(fcntl(20, F_SETFD, 1));
  TRY(fcntl(20, F_GETFD));
  TRY(fcntl(fd, F_DUPFD, 10));
  TRY(fcntl(fd, F_DUPFD_CLOEXEC, 10));
  TRY(fcntl(fd, F_DUPFD, -1));
  TRY(fcntl(fd, F_DUPFD, 100000000));
  TRY(fcntl(fd, F_GETFL) & ~0100000);
  TRY(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK | O_TRUNC));
  TRY(fcntl(fd, F_GETFL) & ~0100000);
  TRY(fcntl(fd, 12345));
  TRY(fcntl(99, F_GETFD));
  TRY(syscall(SYS_close_range, 10, 22, 0));
  TRY(fcntl(20, F_GETFD));
  TRY(syscall(SYS_close_range, 5, 4, 0));
  TRY(syscall(SYS_close_range, 3, 100, 4));
  TRY(fcntl(fd, F_GETFD));
  int on = 1;
  TRY(ioctl(fd, FIONBIO, &on));
  TRY(ioctl(fd, FIOCLEX));
  TRY(ioctl(fd, FIONCLEX));
  TRY(fcntl(fd, F_GETFD));
  TRY(ioctl(fd, TIOCGWINSZ, buffer));
  TRY(ioctl(fd, FIONREAD, &on));
  TRY(on);
  TRY(ioctl(99, FIONREAD, &on));
  struct rlimit limit = {10, 4096};
  setrlimit(RLIMIT_NOFILE, &limit);
  int last = 0, count = 0;
  while ((last = dup(fd)) >= 0) count++;
  printf("%d dups, errno %d\n", count, errno);
  TRY(open("desc", O_RDONLY));
  limit.rlim_cur = 1024;
  setrlimit(RLIMIT_NOFILE, &limit);
  for (int i = 3; i < 30; i++) close(i);
  fd = make("lk", "");
  other = open("lk", O_RDWR);
  TRY(flock(fd, LOCK_SH));
  TRY(flock(other, LOCK_EX | LOCK_NB));
  TRY(flock(fd, LOCK_UN));
  TRY(flock(other, LOCK_EX | LOCK_NB));
  TRY(flock(fd, LOCK_SH | LOCK_NB));
  TRY(flock(fd, 16));
  close(fd);
  close(other);
}

static void pipes(void) {
  printf("== pipes\n");
  int p[2];
  TRY(pipe(p));
  printf("%d %d\n", p[0], p[1]);
  TRY(pipe2(p, 0x1));
  TRY(syscall(SYS_pipe, bad));
  TRY(lseek(p[0], 0, SEEK_SET));
  TRY(pread(p[0], buffer, 1, 0));
  TRY(read(p[1], buffer, 1));
  TRY(write(p[0], buffer, 1));
  TRY(write(p[1], "hello", 5));
  int n;
  TRY(ioctl(p[0], FIONREAD, &n));
  TRY(n);
  struct pollfd f[3] = {{p[0], POLLIN | POLLOUT, 0}, {p[1], POLLIN | POLLOUT, 0}, {99, POLLIN, 0}};
  TRY(poll(f, 3, 0));
  printf("%x %x %x\n", f[0].revents, f[1].revents, f[2].revents);
  TRY(read(p[0], buffer, 100));
  TRY(fcntl(p[0], F_GETPIPE_SZ));
  TRY(fcntl(p[0], F_SETFL, O_NONBLOCK));
  TRY(fcntl(p[1], F_SETFL, O_NONBLOCK));
  TRY(read(p[0], buffer, 1));
  TRY(write(p[1], buffer, 100000));
  TRY(write(p[1], buffer, 1));
  TRY(poll(f, 2, 0));
  printf("%x %x\n", f[0].revents, f[1].revents);
  TRY(read(p[0], buffer, 100));
  TRY(read(p[0], buffer, 200000));
  TRY(fcntl(p[1], F_SETPIPE_SZ, 4096));
  TRY(write(p[1], buffer, 4096));
  TRY(fcntl(p[1], F_SETPIPE_SZ, 5000));
  TRY(write(p[1], buffer, 4097));
  TRY(close(p[1]));
  TRY(poll(f, 1, 0));
  printf("%x\n", f[0].revents);
  TRY(read(p[0], buffer, 100000));
  TRY(poll(f, 1, 0));
  printf("%x\n", f[0].revents);
  TRY(read(p[0], buffer, 100));
  TRY(close(p[0]));
  pipe(p);
  signal(SIGPIPE, SIG_IGN);
  close(p[0]);
  TRY(write(p[1], "x", 1));
  f[0].fd = p[1];
  TRY(poll(f, 1, 0));
  printf("%x\n", f[0].revents);
  close(p[1]);
  // Blocking: a writer of much more than fits, and a slow reader.
  pipe(p);
  if (fork() == 0) {
    close(p[0]);
    memset(buffer, 'z', sizeof buffer);
    _exit(write(p[1], buffer, sizeof buffer) == sizeof buffer ? 0 : 1);
  }
  close(p[1]);
  long total = 0, got;
  while ((got = read(p[0], buffer, 7777)) > 0) total += got;
  printf("read %ld\n", total);
  int status;
  wait(&status);
  TRY(WEXITSTATUS(status));
  close(p[0]);
  // A FIFO: both opens wait for each other.
  if (fork() == 0) {
    int w = open("fifo", O_WRONLY);
    _exit(write(w, "fifo!", 5) == 5 ? 0 : 1);
  }
  int r = open("fifo", O_RDONLY);
  TRY(read(r, buffer, 100));
  wait(&status);
  TRY(WEXITSTATUS(status));
  TRY(read(r, buffer, 100));
  close(r);
  TRY(open("fifo", O_WRONLY | O_NONBLOCK));
  TRY(r = open("fifo", O_RDONLY | O_NONBLOCK));
  TRY(close(r));
  // The first byte ends the wait of select and poll.
  pipe(p);
  if (fork() == 0) {
    usleep(20000);
    _exit(write(p[1], "x", 1) == 1 ? 0 : 1);
  }
  f[0].fd = p[0];
  f[0].events = POLLIN;
  TRY(poll(f, 1, 5000));
  fd_set set;
  FD_ZERO(&set);
  FD_SET(p[0], &set);
  struct timeval time = {5, 0};
  TRY(select(p[0] + 1, &set, 0, 0, &time));
  TRY(FD_ISSET(p[0], &set) ? 1 : 0);
  TRY(time.tv_sec);
  wait(&status);
  read(p[0], buffer, 1);
  time.tv_sec = 0;
  time.tv_usec = 1000;
  FD_SET(p[0], &set);
  TRY(select(p[0] + 1, &set, 0, 0, &time));
  TRY(FD_ISSET(p[0], &set) ? 1 : 0);
  TRY(poll(f, 1, 1));
  FD_SET(90, &set);
  TRY(select(91, &set, 0, 0, &time));
  TRY(select(-1, &set, 0, 0, &time));
  time.tv_usec = -1;
  TRY(select(0, 0, 0, 0, &time));
  TRY(poll(0, 100000000, 0));
  TRY(poll(bad, 1, 0));
  TRY(poll(0, 0, 1));
  close(p[0]);
  close(p[1]);
}

static void copies(void) {
  printf("== copies\n");
  int in = make("in", ""), out = make("out", "");
  memset(buffer, 'q', 100000);
  write(in, buffer, 100000);
  off_t offset = 10;
  TRY(sendfile(out, in, &offset, 50000));
  TRY(offset);
  TRY(sendfile(out, in, 0, 10));
  lseek(in, 99990, SEEK_SET);
  TRY(sendfile(out, in, 0, 100));
  TRY(lseek(in, 0, SEEK_CUR));
  show("out");
  TRY(sendfile(out, in, 0, 0));
  int app = open("out", O_WRONLY | O_APPEND);
  TRY(sendfile(app, in, 0, 1));
  TRY(sendfile(99, in, 0, 1));
  offset = -1;
  TRY(sendfile(out, in, &offset, 1));
  int p[2];
  pipe(p);
  offset = 0;
  TRY(sendfile(p[1], in, &offset, 30000));
  TRY(read(p[0], buffer, 100000));
  loff_t from = 0, to = 5;
  TRY(syscall(SYS_copy_file_range, in, &from, out, &to, 1000UL, 0));
  TRY(from);
  TRY(to);
  from = 0;
  to = 10;
  TRY(syscall(SYS_copy_file_range, in, &from, in, &to, 1000UL, 0));
  TRY(syscall(SYS_copy_file_range, in, &from, p[1], 0, 1000UL, 0));
  TRY(syscall(SYS_copy_file_range, in, &from, out, &to, 10UL, 1));
  for (int i = 3; i < 20; i++) close(i);
}

static void directories(void) {
  printf("== directories\n");
  mkdir("list", 0755);
  char name[32];
  for (int i = 0; i < 300; i++) {
    snprintf(name, sizeof name, "list/f%d", i);
    close(make(name, ""));
  }
  DIR *d = opendir("list");
  int count = 0, dots = 0, types = 0;
  struct dirent *e;
  while ((e = readdir(d))) {
    count++;
    if (e->d_name[0] == '.') dots++;
    if (e->d_type == DT_REG) types++;
    if (e->d_name[0] != '.') {
      snprintf(name, sizeof name, "list/%s", e->d_name);
      unlink(name);
    }
  }
  printf("%d entries, %d dots, %d regular\n", count, dots, types);
  closedir(d);
  TRY(rmdir("list"));
  mkdir("list", 0755);
  int fd = open("list", O_RDONLY);
  TRY(syscall(SYS_getdents64, fd, buffer, 10));
  TRY(syscall(SYS_getdents64, fd, buffer, 1000));
  TRY(syscall(SYS_getdents64, fd, buffer, 1000));
  TRY(lseek(fd, 0, SEEK_SET));
  TRY(syscall(SYS_getdents64, fd, buffer, 24));
  TRY(syscall(SYS_getdents64, fd, bad, 1000));
  rmdir("list");
  TRY(lseek(fd, 0, SEEK_SET));
  TRY(syscall(SYS_getdents64, fd, buffer, 1000));
  TRY(openat(fd, "x", O_CREAT | O_RDWR, 0600));
  TRY(fchdir(fd));
  TRY(syscall(SYS_getcwd, buffer, 4096));
  TRY(chdir(".."));
  close(fd);
  fd = open("f", O_RDONLY);
  TRY(syscall(SYS_getdents64, fd, buffer, 1000));
  TRY(fchdir(fd));
  close(fd);
}

static void times(void) {
  printf("== times\n");
  struct timespec t[2] = {{100, 5}, {200, 6}};
  TRY(utimensat(AT_FDCWD, "f", t, 0));
  struct stat s;
  stat("f", &s);
  printf("%ld.%ld %ld.%ld\n", s.st_atim.tv_sec, s.st_atim.tv_nsec, s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
  t[0].tv_nsec = UTIME_OMIT;
  t[1].tv_sec = -5;
  TRY(utimensat(AT_FDCWD, "f", t, 0));
  stat("f", &s);
  printf("%ld.%ld %ld.%ld\n", s.st_atim.tv_sec, s.st_atim.tv_nsec, s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
  t[1].tv_nsec = 1000000000;
  TRY(utimensat(AT_FDCWD, "f", t, 0));
  TRY(utimensat(AT_FDCWD, "none", 0, 0));
  TRY(utimensat(AT_FDCWD, "f", 0, 0x40));
  TRY(syscall(SYS_utimensat, AT_FDCWD, 0, 0, 0));
  struct timeval tv[2] = {{1, 2}, {3, 4}};
  TRY(utimes("f", tv));
  stat("f", &s);
  printf("%ld %ld\n", s.st_atim.tv_nsec, s.st_mtim.tv_nsec);
  struct {
    uint32_t mask, block_size;
    uint64_t attributes;
    uint32_t links, uid, gid;
    uint16_t mode, padding;
    uint64_t inode, size;
    char rest[208];
  } x;
  TRY(syscall(SYS_statx, AT_FDCWD, "f", 0, 0x7ff, &x));
  printf("%x %o %ld\n", x.mask & 0x7ff, x.mode, (long)x.size);
  TRY(syscall(SYS_statx, AT_FDCWD, "", AT_EMPTY_PATH, 0x7ff, &x));
  TRY(syscall(SYS_statx, AT_FDCWD, "", 0, 0x7ff, &x));
  TRY(syscall(SYS_statx, AT_FDCWD, "f", 0x6000, 0, &x));
  TRY(syscall(SYS_statx, AT_FDCWD, "f", 0, 0x80000000, &x));
  TRY(syscall(SYS_newfstatat, AT_FDCWD, "f", &s, 0x10));
  TRY(syscall(SYS_stat, "f", bad));
  TRY(syscall(SYS_stat, bad, &s));
  TRY(syscall(SYS_fstat, 99, &s));
  struct statfs fs;
  TRY(statfs(".", &fs));
  printf("%lx %ld\n", (long)fs.f_type, (long)fs.f_namelen);
  TRY(statfs("none", &fs));
}

// As another user: what permissions refuse.
static void permissions(void) {
  printf("== permissions\n");
  mkdir("closed", 0700);
  close(make("closed/in", ""));
  mkdir("sticky", 01777);
  chmod("sticky", 01777);
  close(make("sticky/theirs", ""));
  close(make("private", ""));
  chmod("private", 0600);
  chmod(".", 0755);
  fflush(stdout);
  if (fork() == 0) {
    gid_t none = 4321;
    if (setgroups(0, 0) || setresgid(none, none, none) || setresuid(1234, 1234, 1234)) _exit(9);
    TRY(open("private", O_RDONLY));
    TRY(access("private", R_OK));
    TRY(access("private", F_OK));
    TRY(open("closed/in", O_RDONLY));
    TRY(open("new", O_CREAT | O_RDWR, 0600));
    TRY(mkdir("newdir", 0700));
    TRY(unlink("private"));
    TRY(rename("private", "other"));
    TRY(chmod("private", 0777));
    TRY(chown("private", 1234, 4321));
    TRY(unlink("sticky/theirs"));
    TRY(rename("sticky/theirs", "sticky/mine"));
    int fd;
    TRY(fd = open("sticky/own", O_CREAT | O_RDWR, 0600));
    show("sticky/own");
    TRY(chmod("sticky/own", 02755));
    show("sticky/own");
    TRY(chown("sticky/own", 0, -1));
    TRY(chown("sticky/own", -1, 0));
    TRY(utimensat(AT_FDCWD, "private", 0, 0));
    TRY(mknod("sticky/dev", S_IFCHR | 0600, 0x103));
    TRY(mknod("sticky/fifo", S_IFIFO | 0600, 0));
    TRY(chroot("."));
    TRY(unlink("sticky/own"));
    fflush(stdout);
    _exit(0);
  }
  wait(0);
}

int main(int argc, char **argv) {
  const char *directory = argc > 1 ? argv[1] : "/tmp/files";
  if (mkdir(directory, 0755) || chdir(directory)) return 2;
  setvbuf(stdout, 0, _IOLBF, 0);
  umask(022);
  syscall(SYS_close_range, 3, ~0U, 0);
  opening();
  reading();
  names();
  renames();
  descriptors();
  pipes();
  copies();
  directories();
  times();
  permissions();
  printf("done\n");
}
