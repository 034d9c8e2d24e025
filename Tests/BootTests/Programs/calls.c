// Makes exactly N getpid calls and M failing close calls, and says so. For counts that must be exact.
#include "check.h"

int main(int argc, char **argv) {
  int n = argc > 1 ? atoi(argv[1]) : 1000, m = argc > 2 ? atoi(argv[2]) : 10;
  for (int i = 0; i < n; i++) syscall(SYS_getpid);
  for (int i = 0; i < m; i++) syscall(SYS_close, 999);
  syscall(499);
  return 0;
}
