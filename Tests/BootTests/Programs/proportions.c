// Work in known proportions, 50 : 30 : 20, for a sampler to find out. With an argument, system calls as well.
#include <sys/syscall.h>
#include <unistd.h>

static volatile unsigned long sink;

#define WORK(name)                                                                                                     \
  __attribute__((noinline)) void name(unsigned long turns) {                                                           \
    for (unsigned long i = 0; i < turns; i++) sink += i;                                                               \
  }
WORK(half)
WORK(third)
WORK(rest)

__attribute__((noinline)) void calls(unsigned long turns) {
  for (unsigned long i = 0; i < turns; i++) syscall(SYS_getppid);
}

int main(int argc, char **argv) {
  for (int i = 0; i < 1000; i++) {
    half(50000 + i % 7 * 100);
    third(30000 + i % 7 * 60);
    rest(20000 + i % 7 * 40);
    if (argc > 1) calls(1000);
  }
}
