// T(call) prints the call's text, its result, and the errno when it failed: a transcript to compare with Linux's.
#pragma once
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static inline void print_result(const char *text, long result) {
  int error = errno;
  if (result == -1) printf("%s = -1 %s\n", text, strerror(error));
  else printf("%s = %ld\n", text, result);
  fflush(stdout);
}
#define T(call) (errno = 0, print_result(#call, (long)(call)))
// Only whether it worked: for pointers and numbers that differ from run to run.
#define OK(condition) (printf("%s: %s\n", #condition, (condition) ? "yes" : "no"), fflush(stdout))

static inline void print_status(int status) {
  if (WIFEXITED(status)) printf("exited %d\n", WEXITSTATUS(status));
  else if (WIFSIGNALED(status)) printf("killed by %d\n", WTERMSIG(status));
  else if (WIFSTOPPED(status)) printf("stopped by %d\n", WSTOPSIG(status));
  else if (WIFCONTINUED(status)) printf("continued\n");
  else printf("status %x\n", status);
  fflush(stdout);
}
