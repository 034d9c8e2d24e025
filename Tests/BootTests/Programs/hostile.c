// Everything a hostile program can try against the kernel. Each attempt runs in a child of its own; the parent checks
// that the child got an errno or a signal, and that the parent itself still works. Prints a line per group, then "done".
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Kernel image, direct map, stacks; the end of the user half; non-canonical; unmapped; null.
static const uintptr_t bad_pointers[] = {
    0x7f8000200000, 0x600000000000, 0x7e8000010000, 0x5ffffffffff8, 0x800000000000, ~(uintptr_t)0, 0x10, 0,
    0xffff800000000000,
};
#define COUNT(a) (int)(sizeof(a) / sizeof *(a))

static int failures;

// Runs `body` in a child; kills it after two seconds. Returns its wait status.
static int attempt(void (*body)(int), int argument) {
  fflush(stdout);
  pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    body(argument);
    _exit(0);
  }
  int status;
  for (int tries = 0; tries < 400; tries++) {
    if (waitpid(child, &status, WNOHANG) == child) return status;
    struct timespec pause = {0, 5000000};
    nanosleep(&pause, 0);
  }
  kill(child, SIGKILL);
  if (waitpid(child, &status, 0) != child) return -1;
  return status;
}

static void expect_signal(const char *name, void (*body)(int), int argument, int signal, int other) {
  int status = attempt(body, argument);
  if (status < 0 || !WIFSIGNALED(status) || (WTERMSIG(status) != signal && WTERMSIG(status) != other)) {
    printf("%s %d: status %x instead of signal %d\n", name, argument, status, signal);
    failures++;
  }
}

// Calls that end, stop or replace the caller, or the machine.
static int is_left_out(int number) {
  switch (number) {
  case SYS_exit: case SYS_exit_group: case SYS_reboot: case SYS_fork: case SYS_vfork: case SYS_clone: case SYS_clone3:
  case SYS_rt_sigreturn: case SYS_kill: case SYS_tkill: case SYS_tgkill: return 1;
  }
  return 0;
}

static void bad_arguments(int number) {
  for (int i = 0; i < COUNT(bad_pointers); i++) {
    uintptr_t p = bad_pointers[i];
    alarm(1);
    syscall(number, p, p, p, p, p, p);
    syscall(number, 1, p, 4096, p, 8, p);
    syscall(number, p, 16, p, 8, p, 8);
    syscall(number, -1, p, -1, -1, p, -1);
    syscall(number, -100, p, p, p, 0, 0);
  }
}

static void touch(int which) { *(volatile char *)bad_pointers[which] = 1; }
static void peek(int which) { (void)*(volatile char *)bad_pointers[which]; }
static void jump(int which) { ((void (*)(void))bad_pointers[which])(); }

static void privileged(int which) {
  switch (which) {
  case 0: __asm__ volatile("hlt"); break;
  case 1: __asm__ volatile("cli"); break;
  case 2: __asm__ volatile("mov %%cr3, %%rax" ::: "rax"); break;
  case 3: __asm__ volatile("mov %%rax, %%cr0" ::: "memory"); break;
  case 4: __asm__ volatile("wrmsr" ::"a"(0), "d"(0), "c"(0xc0000082)); break;
  case 5: __asm__ volatile("rdmsr" ::"c"(0xc0000101) : "rax", "rdx"); break;
  case 6: __asm__ volatile("outb %%al, $0xf4" ::"a"(0)); break;
  case 7: __asm__ volatile("inb $0x60, %%al" ::: "rax"); break;
  case 8: __asm__ volatile("lidt (%%rsp)" :::); break;
  case 9: __asm__ volatile("ltr %%ax" ::"a"(0x28)); break;
  case 10: __asm__ volatile("swapgs"); break;
  case 11: __asm__ volatile("sysretq"); break;
  case 12: __asm__ volatile("invlpg (%%rsp)" :::); break;
  case 13: __asm__ volatile("int $0x20"); break;
  case 14: __asm__ volatile("int $0x80"); break;
  case 15: __asm__ volatile("int $8"); break;
  case 16: __asm__ volatile("stac"); break;
  }
}

static void overflow_stack(int depth) {
  volatile char block[4096];
  memset((char *)block, depth, sizeof block);
  overflow_stack(depth + 1);
  block[0]++;
}

static void divide(int zero) {
  volatile int one = 1;
  one = one / zero;
}

// A stack pointer that cannot take a signal frame.
static void broken_stack(int which) {
  signal(SIGUSR1, (void (*)(int))privileged);
  __asm__ volatile("mov %0, %%rsp\n\tmov %1, %%edi\n\tmov $10, %%esi\n\tmov $62, %%eax\n\tsyscall\n\tud2" ::"r"(
                       bad_pointers[which]),
                   "r"(getpid()));
}

// A signal frame with kernel segments, kernel rip and privileged flags.
static void forged_frame(int which) {
  uint64_t frame[64] = {0};
  frame[21] = (uintptr_t)&frame[32];
  frame[22] = bad_pointers[which];
  frame[23] = 0x3202;
  frame[24] = 0x0010000000000008;
  __asm__ volatile("lea 8(%0), %%rsp\n\tmov $15, %%eax\n\tsyscall" ::"r"(frame) : "memory");
}

static void eat_memory(int touchPages) {
  size_t size = touchPages ? 1 << 20 : (size_t)1 << 40;
  for (;;) {
    char *p = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) _exit(errno == ENOMEM ? 0 : 1);
    for (size_t i = 0; touchPages && i < size; i += 4096) p[i] = 1;
  }
}

static void fork_bomb(int unused) {
  (void)unused;
  alarm(1);
  for (int i = 0; i < 2000; i++)
    if (fork() < 0 && errno != EAGAIN && errno != ENOMEM) _exit(1);
  pause();
}

static void many_areas(int unused) {
  (void)unused;
  for (int i = 0; i < 100000; i++)
    if (mmap(0, 4096, i & 1 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) break;
}

static void group(const char *name) { printf("%s\n", name); }

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  group("bad pointers");
  int made = 0;
  for (int number = 0; number < 470; number++)
    if (!is_left_out(number) && attempt(bad_arguments, number) != -1) made++;
  printf("%d system calls\n", made);

  group("kernel addresses");
  for (int i = 0; i < COUNT(bad_pointers); i++) {
    expect_signal("write", touch, i, SIGSEGV, SIGBUS);
    expect_signal("read", peek, i, SIGSEGV, SIGBUS);
    expect_signal("jump", jump, i, SIGSEGV, SIGBUS);
    expect_signal("broken stack", broken_stack, i, SIGSEGV, SIGILL);
    if (i < 3) expect_signal("forged frame", forged_frame, i, SIGSEGV, SIGSEGV);
  }
  group("privileged instructions");
  for (int i = 0; i <= 16; i++) expect_signal("privileged", privileged, i, SIGSEGV, SIGILL);
  expect_signal("divide", divide, 0, SIGFPE, SIGFPE);

  group("runaway stack");
  expect_signal("stack", overflow_stack, 0, SIGSEGV, SIGSEGV);

  group("memory");
  int status = attempt(eat_memory, 0);
  if (status != 0) printf("reserving memory: status %x\n", status), failures++;
  status = attempt(eat_memory, 1);
  if (status != 0 && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
    printf("touching memory: status %x\n", status), failures++;
  attempt(many_areas, 0);

  group("processes");
  attempt(fork_bomb, 0);

  printf("%d failures\n", failures);
  printf("done\n");
  return failures != 0;
}
