// Mappings: shared files and memory, mremap, madvise, mincore, mlock, truncation under a mapping, memfd and its seals.
#include "check.h"
#include <setjmp.h>
#include <sys/stat.h>

#define PAGE 4096
static sigjmp_buf after;
static volatile int code;
static void bus(int signal, siginfo_t *info, void *context) {
  code = info->si_code;
  siglongjmp(after, signal);
}
static int touch(volatile char *at, int writes) {
  int signal = sigsetjmp(after, 1);
  if (signal) return signal;
  char value = 0;
  if (writes) *at = 1;
  else value = *at;
  __asm__ volatile("" : : "r"(value));
  return 0;
}
static void in_child(void (*body)(void)) {
  if (fork() == 0) {
    body();
    _exit(0);
  }
  int status;
  wait(&status);
  print_status(status);
}
static char *shared;
static void write_shared(void) { strcpy(shared, "from the child"); }
#ifndef MREMAP_MAYMOVE
#define MREMAP_MAYMOVE 1
#define MREMAP_FIXED 2
#endif
#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#define F_GET_SEALS 1034
#endif
static void *move(void *old, size_t from, size_t to, int flags, void *target) {
  return (void *)syscall(SYS_mremap, old, from, to, flags, target);
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  struct sigaction action = {.sa_sigaction = bus, .sa_flags = SA_SIGINFO};
  sigaction(SIGBUS, &action, 0);
  sigaction(SIGSEGV, &action, 0);
  shared = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  in_child(write_shared);
  printf("%s\n", shared);

  char path[] = "/tmp/mappingsXXXXXX";
  int fd = mkstemp(path);
  ftruncate(fd, 3 * PAGE);
  char *map = mmap(0, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  strcpy(map + PAGE, "through the mapping");
  char buffer[32] = {0};
  pread(fd, buffer, 19, PAGE);
  printf("%s\n", buffer);
  pwrite(fd, "WRITTEN", 7, PAGE);
  printf("%s\n", map + PAGE);
  char *private = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, PAGE);
  private[0] = 'p';
  printf("%s / %s\n", private, map + PAGE);
  // What a file loses, its mappings lose.
  T(touch(map + 2 * PAGE, 0));
  T(ftruncate(fd, PAGE + 100));
  T(touch(map + 2 * PAGE, 0));
  printf("code %d\n", code);
  T(touch(map + PAGE + 4000, 1));
  T(touch(map + PAGE, 1));
  T(ftruncate(fd, 3 * PAGE));
  T(touch(map + 2 * PAGE, 0));
  printf("zero %d %d\n", map[2 * PAGE], map[PAGE + 4000]);
  T(ftruncate(fd, 0));
  T(touch(map, 0));
  T(touch(private, 0));
  ftruncate(fd, 3 * PAGE);
  T(munmap(private, PAGE));

  // Growing, shrinking, moving.
  char *a = mmap(0, 9 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(a + 8 * PAGE, PAGE);
  for (int i = 0; i < 8; i++) a[i * PAGE] = 'a' + i;
  OK(move(a, 8 * PAGE, 4 * PAGE, 0, 0) == a);
  T(touch(a + 4 * PAGE, 0));
  printf("code %d\n", code);
  OK(move(a, 4 * PAGE, 8 * PAGE, 0, 0) == a);
  printf("%c %d\n", a[3 * PAGE], a[4 * PAGE]);
  char *wall = mmap(a + 8 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  T((long)move(a, 8 * PAGE, 16 * PAGE, 0, 0));
  char *b = move(a, 8 * PAGE, 16 * PAGE, MREMAP_MAYMOVE, 0);
  OK(b != a && b != MAP_FAILED);
  printf("%c %c\n", b[0], b[3 * PAGE]);
  T(touch(a, 0));
  char *target = mmap(0, 16 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  OK(move(b, 16 * PAGE, 16 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target) == target);
  printf("%c %c\n", target[0], target[3 * PAGE]);
  T((long)move(target, PAGE, PAGE, MREMAP_FIXED, a));
  T((long)move(target + 1, PAGE, PAGE, 0, 0));
  T((long)move(target, PAGE, 0, 0, 0));
  T((long)move((void *)0x10000000, PAGE, PAGE, 0, 0));
  T((long)move(target, PAGE, PAGE, 64, 0));
  T((long)move(target, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target + PAGE));
  char *twice = move(shared, 0, PAGE, MREMAP_MAYMOVE, 0);
  OK(twice != MAP_FAILED);
  strcpy(shared, "seen twice");
  printf("%s\n", twice);
  T(munmap(wall, PAGE));

  // Advice.
  char *c = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(c, 'c', 4 * PAGE);
  T(madvise(c, 2 * PAGE, MADV_DONTNEED));
  printf("%d %d %c\n", c[0], c[PAGE], c[2 * PAGE]);
  T(madvise(c, 4 * PAGE, MADV_WILLNEED));
  T(madvise(c + 1, PAGE, MADV_DONTNEED));
  T(madvise(c, PAGE, 999));
  munmap(c + PAGE, PAGE);
  T(madvise(c, 4 * PAGE, MADV_DONTNEED));
  printf("%d\n", c[2 * PAGE]);
  strcpy(map, "kept by the file");
  T(madvise(map, PAGE, MADV_DONTNEED));
  printf("%s\n", map);
  T(madvise(map, PAGE, 9));
  printf("%d\n", map[0]);
  T(msync(map, 3 * PAGE, MS_SYNC));
  T(msync(map, PAGE, MS_SYNC | MS_ASYNC));
  T(msync(c, 4 * PAGE, MS_ASYNC));
  T(msync(map + 1, PAGE, MS_SYNC));

  unsigned char resident[4];
  char *d = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  d[PAGE] = 1;
  T(mincore(d, 4 * PAGE, resident));
  printf("%d%d%d%d\n", resident[0] & 1, resident[1] & 1, resident[2] & 1, resident[3] & 1);
  T(mincore(d + 1, PAGE, resident));
  T(mincore(c, 4 * PAGE, resident));
  T(mincore(d, PAGE, (void *)-4096));
  T(mlock(d, 4 * PAGE));
  mincore(d, 4 * PAGE, resident);
  printf("%d%d%d%d\n", resident[0] & 1, resident[1] & 1, resident[2] & 1, resident[3] & 1);
  T(mlock(c, 4 * PAGE));
  T(munlock(d, 4 * PAGE));
  T(munlock(c, 4 * PAGE));
  T(mlockall(0));
  T(mlockall(99));
  T(munlockall());

  // Rights that a shared mapping cannot get.
  int reader = open(path, O_RDONLY);
  T((long)mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, reader, 0));
  char *view = mmap(0, PAGE, PROT_READ, MAP_SHARED, reader, 0);
  T(mprotect(view, PAGE, PROT_READ | PROT_WRITE));
  T(mprotect(map, 3 * PAGE, PROT_READ));
  T(touch(map, 1));
  unlink(path);

  // Files in memory.
  int memory = syscall(SYS_memfd_create, "a name", 3);
  OK(memory >= 0);
  char link[64] = {0}, name[64];
  sprintf(name, "/proc/self/fd/%d", memory);
  readlink(name, link, sizeof link - 1);
  printf("%s, close on exec %d\n", link, fcntl(memory, F_GETFD));
  T(write(memory, "0123456789", 10));
  T(fcntl(memory, F_GET_SEALS));
  T(fcntl(memory, F_ADD_SEALS, 2 | 4));
  T(ftruncate(memory, 5));
  T(ftruncate(memory, 20));
  T(pwrite(memory, "abc", 3, 8));
  T(pwrite(memory, "abc", 3, 10));
  T(fcntl(memory, F_ADD_SEALS, 8));
  T(pwrite(memory, "x", 1, 0));
  T((long)mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0));
  T(fcntl(memory, F_ADD_SEALS, 1));
  T(fcntl(memory, F_ADD_SEALS, 16));
  T(fcntl(memory, F_GET_SEALS));
  T(fcntl(0, F_GET_SEALS));
  int plain = syscall(SYS_memfd_create, "", 0);
  T(fcntl(plain, F_GET_SEALS));
  T(fcntl(plain, F_ADD_SEALS, 2));
  T(syscall(SYS_memfd_create, "x", 0x4000));
  T(syscall(SYS_memfd_create, (void *)-4096, 0));
  return 0;
}
