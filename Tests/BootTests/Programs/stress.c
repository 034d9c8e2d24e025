// Everything at once, from several processes and threads, for a number of seconds: fork, exec, pipes, signals, mmap with
// shoot-downs, futexes, files. Each worker checks what it did; the seed is printed. Then free memory, processes and
// descriptors must be what they were. Usage: stress SECONDS [SEED]
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static time_t end;
static unsigned seed;
static const char *self;

#define FAIL(...) (printf("stress: line %d: ", __LINE__), printf(__VA_ARGS__), printf(" (%s)\n", strerror(errno)), fflush(stdout), _exit(1))
#define CHECK(condition) do { if (!(condition)) FAIL("%s", #condition); } while (0)

static int more(void) { return time(NULL) < end; }
static unsigned next(unsigned *s) { return *s = *s * 1664525u + 1013904223u; }

static pid_t wait_for(pid_t pid, int *status) {
  pid_t got;
  while ((got = waitpid(pid, status, 0)) < 0 && errno == EINTR) {}
  return got;
}

static void forks(unsigned s) {
  while (more()) {
    int count = 1 + next(&s) / 65536 % 8;
    pid_t children[8];
    for (int i = 0; i < count; i++) {
      children[i] = fork();
      CHECK(children[i] >= 0);
      if (children[i] == 0) _exit(i + 10);
    }
    for (int i = 0; i < count; i++) {
      int status;
      CHECK(wait_for(children[i], &status) == children[i]);
      CHECK(WIFEXITED(status) && WEXITSTATUS(status) == i + 10);
    }
    CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
  }
}

static void execs(unsigned s) {
  (void)s;
  while (more()) {
    pid_t child = vfork();
    CHECK(child >= 0);
    if (child == 0) {
      execl(self, self, "exit", "42", (char *)0);
      _exit(1);
    }
    int status;
    CHECK(wait_for(child, &status) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42);
  }
}

static void pipes(unsigned s) {
  while (more()) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    size_t total = 1 + next(&s) % 300000;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
      close(ends[0]);
      unsigned char block[4096];
      size_t sent = 0;
      while (sent < total) {
        size_t want = 1 + next(&s) % sizeof block;
        if (want > total - sent) want = total - sent;
        for (size_t i = 0; i < want; i++) block[i] = (unsigned char)((sent + i) * 7);
        ssize_t n = write(ends[1], block, want);
        CHECK(n > 0);
        sent += n;
      }
      _exit(0);
    }
    close(ends[1]);
    unsigned char block[5000];
    size_t got = 0;
    ssize_t n;
    while ((n = read(ends[0], block, sizeof block)) > 0) {
      for (ssize_t i = 0; i < n; i++) CHECK(block[i] == (unsigned char)((got + i) * 7));
      got += n;
    }
    CHECK(n == 0 && got == total);
    close(ends[0]);
    int status;
    CHECK(wait_for(child, &status) == child && status == 0);
  }
}

static volatile sig_atomic_t taken;
static void take(int number) { (void)number; taken++; }

static void signals(unsigned s) {
  (void)s;
  struct sigaction action = {.sa_handler = take};
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  sigset_t block, old;
  sigemptyset(&block);
  sigaddset(&block, SIGUSR1);
  CHECK(sigprocmask(SIG_BLOCK, &block, &old) == 0);
  pid_t parent = getpid();
  while (more()) {
    taken = 0;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
      kill(parent, SIGUSR1);
      for (;;) pause();
    }
    while (!taken) sigsuspend(&old);
    CHECK(kill(child, SIGKILL) == 0);
    int status;
    CHECK(wait_for(child, &status) == child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  }
}

// Threads that map, write, protect and unmap the same memory while others read it: a missed shoot-down shows as a value
// of somebody else's page.
static unsigned char *shared_page;
static void *map_worker(void *argument) {
  unsigned s = (unsigned)(long)argument;
  while (more()) {
    size_t pages = 1 + next(&s) / 65536 % 40;
    unsigned char *memory = mmap(0, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != MAP_FAILED);
    for (size_t i = 0; i < pages; i++) {
      CHECK(memory[i * 4096] == 0);
      memory[i * 4096] = (unsigned char)(s >> 8) | 1;
    }
    CHECK(mprotect(memory, pages * 4096, PROT_READ) == 0);
    for (size_t i = 0; i < pages; i++) CHECK(memory[i * 4096] == ((unsigned char)(s >> 8) | 1));
    CHECK(munmap(memory, pages * 4096) == 0);
    __atomic_fetch_add(shared_page, 1, __ATOMIC_RELAXED);
  }
  return NULL;
}

static void maps(unsigned s) {
  shared_page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pthread_t threads[3];
  for (int i = 0; i < 3; i++) CHECK(pthread_create(&threads[i], NULL, map_worker, (void *)(long)next(&s)) == 0);
  while (more()) {
    // A fork while the others write: each of their pages is copied once more.
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) _exit(0);
    CHECK(wait_for(child, NULL) == child);
  }
  for (int i = 0; i < 3; i++) CHECK(pthread_join(threads[i], NULL) == 0);
}

// A mutex and a condition: a lost wake-up hangs, a broken lock shows in the sum.
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long turn, sum;
static void *turn_worker(void *argument) {
  long me = (long)argument;
  for (;;) {
    pthread_mutex_lock(&mutex);
    while (turn % 4 != me && turn >= 0) pthread_cond_wait(&changed, &mutex);
    if (turn < 0) break;
    sum++;
    turn++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
  }
  pthread_mutex_unlock(&mutex);
  return NULL;
}

static void *idler(void *argument) { return argument; }

static void futexes(unsigned s) {
  (void)s;
  pthread_t threads[4];
  for (long i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, turn_worker, (void *)i) == 0);
  while (more()) {
    pthread_t other;
    void *value;
    CHECK(pthread_create(&other, NULL, idler, (void *)7L) == 0);
    CHECK(pthread_join(other, &value) == 0 && value == (void *)7L);
  }
  pthread_mutex_lock(&mutex);
  CHECK(sum == turn && sum > 0);
  turn = -1;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
  for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
}

static void files(unsigned s) {
  char directory[64], name[96], other[96];
  snprintf(directory, sizeof directory, "/tmp/stress.%d", getpid());
  CHECK(mkdir(directory, 0700) == 0);
  while (more()) {
    unsigned number = next(&s) / 65536 % 20;
    snprintf(name, sizeof name, "%s/%u", directory, number);
    snprintf(other, sizeof other, "%s/other%u", directory, number);
    int file = open(name, O_CREAT | O_RDWR | O_TRUNC, 0600);
    CHECK(file >= 0);
    char text[200];
    int length = snprintf(text, sizeof text, "%u %u\n", number, s);
    CHECK(write(file, text, length) == length);
    CHECK(rename(name, other) == 0);
    char back[200];
    CHECK(pread(file, back, sizeof back, 0) == length && memcmp(text, back, length) == 0);
    struct stat status;
    CHECK(fstat(file, &status) == 0 && status.st_size == length);
    close(file);
    CHECK(unlink(other) == 0);
  }
  CHECK(rmdir(directory) == 0);
}

static void yields(unsigned s) {
  while (more()) {
    for (int i = 0; i < 100; i++) sched_yield();
    struct timespec pause = {0, (long)(next(&s) % 2000000)};
    nanosleep(&pause, NULL);
  }
}

static long free_pages(void) {
  struct sysinfo info;
  CHECK(sysinfo(&info) == 0);
  return (long)(info.freeram * info.mem_unit / 4096);
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "exit") == 0) return atoi(argv[2]);
  self = argv[0];
  int seconds = argc > 1 ? atoi(argv[1]) : 5;
  seed = argc > 2 ? (unsigned)atol(argv[2]) : (unsigned)time(NULL);
  void (*workers[])(unsigned) = {forks, execs, pipes, signals, maps, futexes, files, yields};
  const char *names[] = {"forks", "execs", "pipes", "signals", "maps", "futexes", "files", "yields"};
  enum { count = sizeof workers / sizeof *workers };
  printf("stress: seed %u\n", seed);
  fflush(stdout);
  long before = 0;
  for (int round = 0; round < 2; round++) {
    // The first, short round fills what the kernel keeps: stacks, tables.
    end = time(NULL) + (round == 0 ? 1 : seconds);
    pid_t children[count];
    for (int i = 0; i < count; i++) {
      children[i] = fork();
      CHECK(children[i] >= 0);
      if (children[i] == 0) {
        workers[i](seed + i * 977);
        _exit(0);
      }
    }
    int failed = 0;
    for (int i = 0; i < count; i++) {
      int status;
      CHECK(wait_for(children[i], &status) == children[i]);
      if (status != 0) {
        printf("stress: %s failed: status %x\n", names[i], status);
        failed = 1;
      }
    }
    if (failed) return 1;
    usleep(300000);
    if (round == 0) before = free_pages();
  }
  long lost = before - free_pages();
  printf(lost < 600 ? "stress: nothing lost\n" : "stress: %ld pages lost\n", lost);
  int descriptor = dup(0);
  printf("stress: descriptors %s\n", descriptor == 3 ? "as before" : "left open");
  return lost < 600 && descriptor == 3 ? 0 : 1;
}
