// Lives on a kernel whose allocations fail on purpose: every call may say that memory is short, none may do harm. Each
// round makes and undoes what allocates; what is wrong after a call that succeeded is a failure. Usage: faults ROUNDS
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static long refused, done;

// True when the call worked; false when memory was short; anything else ends the test.
static int worked(long result, int line) {
  if (result >= 0) return done++, 1;
  if (errno == ENOMEM || errno == EAGAIN || errno == ENOSPC || errno == ENFILE || errno == ENOBUFS) return refused++, 0;
  printf("line %d: %s\n", line, strerror(errno));
  fflush(stdout);
  exit(1);
}
#define WORKED(call) worked((long)(call), __LINE__)
#define MUST(condition) do { if (!(condition)) { printf("line %d: %s\n", __LINE__, #condition); fflush(stdout); exit(1); } } while (0)

static void files(int round) {
  char name[40];
  snprintf(name, sizeof name, "/tmp/faults.%d", round % 7);
  int file = open(name, O_CREAT | O_RDWR, 0600);
  if (!WORKED(file)) return;
  char block[10000];
  memset(block, round, sizeof block);
  ssize_t n = pwrite(file, block, sizeof block, (round % 5) * 4096);
  if (WORKED(n) && n > 0) {
    char back[10000];
    MUST(pread(file, back, n, (round % 5) * 4096) == n && memcmp(block, back, n) == 0);
  }
  WORKED(ftruncate(file, round % 3 * 5000));
  int copy = dup(file);
  if (WORKED(copy)) close(copy);
  close(file);
  if (round % 7 == 6) unlink(name);
  if (WORKED(mkdir("/tmp/faults.d", 0700))) MUST(rmdir("/tmp/faults.d") == 0);
}

static void channels(int round) {
  int ends[2];
  if (WORKED(pipe(ends))) {
    char block[5000];
    memset(block, 'x', sizeof block);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    ssize_t n = write(ends[1], block, sizeof block);
    if (WORKED(n)) {
      char back[5000];
      ssize_t got = 0, part;
      while (got < n && (part = read(ends[0], back, n - got)) > 0) got += part;
      MUST(got == n);
    }
    close(ends[0]);
    close(ends[1]);
  }
  if (WORKED(socketpair(AF_UNIX, round % 2 ? SOCK_STREAM : SOCK_DGRAM, 0, ends))) {
    if (WORKED(send(ends[0], "hello", 5, MSG_DONTWAIT))) {
      char back[5];
      MUST(recv(ends[1], back, 5, 0) == 5 && memcmp(back, "hello", 5) == 0);
    }
    close(ends[0]);
    close(ends[1]);
  }
  int poll = epoll_create1(0);
  if (WORKED(poll)) {
    int event = eventfd(1, 0);
    if (WORKED(event)) {
      struct epoll_event wanted = {.events = EPOLLIN}, got;
      if (WORKED(epoll_ctl(poll, EPOLL_CTL_ADD, event, &wanted))) {
        int count = epoll_wait(poll, &got, 1, 0);
        if (WORKED(count)) MUST(count == 1);
      }
      close(event);
    }
    close(poll);
  }
}

static void memory(int round) {
  size_t bytes = (1 + round % 50) * 4096;
  unsigned char *area = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (!WORKED((long)area == -1 ? -1 : 0)) return;
  for (size_t i = 0; i < bytes; i += 4096) area[i] = (unsigned char)round;
  if (WORKED(mprotect(area, 4096, PROT_READ))) MUST(area[0] == (unsigned char)round);
  for (size_t i = 0; i < bytes; i += 4096) MUST(area[i] == (unsigned char)round);
  MUST(munmap(area, bytes) == 0 || errno == ENOMEM);
}

static void *thread(void *argument) { return argument; }

static void processes(int round) {
  pid_t child = fork();
  if (WORKED(child)) {
    if (child == 0) {
      if (round % 3 == 0) execl("/bin/true", "true", (char *)0);
      if (round % 3 == 1) {
        volatile char pages[20000];
        for (int i = 0; i < 20000; i += 1000) pages[i] = (char)i;
        if (pages[1000] != (char)1000) _exit(1);
      }
      _exit(0);
    }
    int status;
    while (waitpid(child, &status, 0) < 0) MUST(errno == EINTR);
    // A program that cannot get a page while it starts ends as one that was killed.
    MUST((WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 127)) || WIFSIGNALED(status));
  }
  pthread_t other;
  void *value;
  int error = pthread_create(&other, NULL, thread, (void *)9L);
  if (error == 0) MUST(pthread_join(other, &value) == 0 && value == (void *)9L);
  else refused++;
}

int main(int argc, char **argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 100;
  for (int round = 0; round < rounds; round++) {
    files(round);
    channels(round);
    memory(round);
    processes(round);
  }
  printf("rounds done, %s refused\n", refused > 0 ? "some" : "none");
  fprintf(stderr, "%ld worked, %ld refused\n", done, refused);
  return 0;
}
