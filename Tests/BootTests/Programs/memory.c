// mmap, munmap, mprotect, brk, copy-on-write, shared memory, the stack.
#include "check.h"
#include <setjmp.h>

static sigjmp_buf after_fault;
static void leave(int signal) {
  (void)signal;
  siglongjmp(after_fault, 1);
}
static int writable(volatile char *p) {
  if (sigsetjmp(after_fault, 1)) return 0;
  *p = *p;
  return 1;
}
static int readable(volatile char *p) {
  if (sigsetjmp(after_fault, 1)) return 0;
  (void)*p;
  return 1;
}

static char big[1 << 20];
static int deep(int depth) {
  volatile char block[16384];
  block[0] = depth;
  return depth == 0 ? 0 : deep(depth - 1) + block[0] * 0 + 1;
}

int main(void) {
  signal(SIGSEGV, leave);
  signal(SIGBUS, leave);
  size_t page = 4096;
  char *p = mmap(0, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  OK(p != MAP_FAILED && p[0] == 0 && p[4 * page - 1] == 0);
  T(munmap(p + page, page));
  OK(writable(p) && !readable(p + page) && writable(p + 2 * page));
  T(mprotect(p, page, PROT_READ));
  OK(readable(p) && !writable(p));
  T(mprotect(p, page, PROT_NONE));
  OK(!readable(p));
  T(mprotect(p, page, PROT_READ | PROT_WRITE));
  OK(writable(p));
  T(mprotect(p, 2 * page, PROT_READ));
  T(mprotect(p + 1, page, PROT_READ));
  T(munmap(p + 1, page));
  T(munmap(p, 0));
  OK(mmap(0, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
  OK(mmap(0, page, PROT_READ, MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
  OK(mmap(0, page, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED && errno == EBADF);
  char *fixed = mmap(p + 2 * page, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  OK(fixed == p + 2 * page && !writable(fixed));
  OK(mmap(p + 2 * page, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED && errno == EEXIST);

  // Copy on write: the child's changes stay its own.
  char *data = mmap(0, 64 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char *common = mmap(0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  memset(data, 1, 64 * page);
  common[0] = 1;
  if (fork() == 0) {
    memset(data, 2, 64 * page);
    memset(big, 3, sizeof big);
    common[0] = 2;
    common[page] = 9;
    _exit(data[page] == 2 ? 0 : 1);
  }
  int status;
  wait(&status);
  print_status(status);
  printf("private %d bss %d shared %d %d\n", data[page], big[0], common[0], common[page]);

  // Files.
  int file = open("/tmp/map", O_RDWR | O_CREAT | O_TRUNC, 0644);
  char text[5000];
  memset(text, 'a', sizeof text);
  T(write(file, text, sizeof text));
  char *private = mmap(0, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  char *shared = mmap(0, 3 * page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  printf("%c %c %d\n", private[0], shared[4999], shared[5000]);
  private[0] = 'p';
  shared[1] = 's';
  T(pread(file, text, 2, 0));
  printf("%.2s private %c%c shared %c%c\n", text, private[0], private[1], shared[0], shared[1]);
  OK(!readable(shared + 2 * page));
  T(pwrite(file, "W", 1, 2));
  printf("%c\n", shared[2]);
  T(read(file, shared + 4990, 10));
  T(lseek(file, 0, SEEK_SET));
  T(read(file, shared + 100, 50));
  close(file);
  printf("after close %c\n", shared[0]);
  int read_only = open("/tmp/map", O_RDONLY);
  OK(mmap(0, page, PROT_WRITE, MAP_SHARED, read_only, 0) == MAP_FAILED && errno == EACCES);
  OK(mmap(0, page, PROT_READ, MAP_SHARED, read_only, 5) == MAP_FAILED && errno == EINVAL);
  close(read_only);
  int write_only = open("/tmp/map", O_WRONLY);
  OK(mmap(0, page, PROT_READ, MAP_PRIVATE, write_only, 0) == MAP_FAILED && errno == EACCES);
  close(write_only);
  unlink("/tmp/map");

  // The heap.
  char *end = (char *)syscall(SYS_brk, 0);
  OK((char *)syscall(SYS_brk, end + 3 * page) == end + 3 * page && writable(end + 2 * page));
  OK((char *)syscall(SYS_brk, end) == end && !readable(end + 2 * page));
  OK((char *)syscall(SYS_brk, (char *)1) == end);

  T(madvise(data, page, MADV_DONTNEED));
  printf("%d\n", data[0]);
  printf("stack %d\n", deep(400));

  // System calls that meet memory that is not there.
  T(write(1, (void *)16, 10));
  T(read(0, (void *)0x600000000000, 0));
  T(syscall(SYS_uname, 16));
  T(syscall(SYS_getcwd, p + page, 100));
  struct iovec vector[2] = {{"ab", 2}, {(void *)16, 4}};
  int null = open("/tmp/vector", O_RDWR | O_CREAT, 0600);
  T(writev(null, vector, 2));
  T(writev(null, (void *)16, 2));
  T(writev(null, vector, -1));
  T(writev(null, vector, 2000));
  char *edge = mmap(0, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(edge + page, page);
  memset(edge, 'e', page);
  T(pwrite(null, edge + page - 10, 20, 0));
  T(pread(null, edge + page - 5, 10, 0));
  unlink("/tmp/vector");
  return 0;
}
