// What the rules of `ktop findings` look at: many cheap calls of many kinds, and a program with memory it does not use.
// As process 1 it also writes on its standard error. Ends the machine by exit when it is not process 1.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char never_touched[64 * 4096];

static void files(int turns) {
  char buffer[64];
  int null = open("/dev/null", O_RDWR), pipes[2], pair[2];
  if (pipe(pipes) || socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) exit(1);
  symlink("/dev/null", "/tmp/link");
  for (int i = 0; i < turns; i++) {
    write(null, "x", 1);
    read(null, buffer, 1);
    write(pipes[1], "y", 1);
    read(pipes[0], buffer, 1);
    write(pair[0], "z", 1);
    read(pair[1], buffer, 1);
    struct pollfd one = {.fd = pipes[0], .events = POLLIN};
    poll(&one, 1, 0);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(pipes[0], &set);
    struct timeval now = {0};
    select(pipes[0] + 1, &set, NULL, NULL, &now);
    readlink("/tmp/link", buffer, sizeof buffer);
    struct stat facts;
    stat("/tmp/file", &facts);
    fstat(null, &facts);
    int copy = dup(null);
    lseek(copy, 0, SEEK_CUR);
    fcntl(copy, F_GETFL);
    close(copy);
    int opened = open("/tmp/file", O_CREAT | O_RDWR, 0600);
    write(opened, "w", 1);
    close(opened);
  }
}

static void signals(int turns) {
  struct sigaction action = {.sa_handler = SIG_IGN};
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < turns; i++) {
    sigaction(SIGUSR1, &action, NULL);
    sigprocmask(SIG_BLOCK, &set, NULL);
    getpid();
    getppid();
    getuid();
    sched_yield();
  }
}

static void children(int turns) {
  for (int i = 0; i < turns; i++) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    int status;
    while (waitpid(child, &status, WNOHANG) == 0) sched_yield();
    waitpid(-1, &status, WNOHANG);
    waitpid(-1, &status, WNOHANG);
  }
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "leaf") == 0) return never_touched[0];
  int turns = 400;
  for (int i = 0; getpid() == 1 && i < 50; i++) write(2, "e", 1);
  files(turns);
  signals(turns);
  children(turns / 4);
  for (int i = 0; i < 8; i++) {
    if (fork() == 0) execl("/proc/self/exe", "findings", "leaf", NULL);
    wait(NULL);
  }
  if (getpid() == 1) reboot(RB_POWER_OFF);
  return 0;
}
