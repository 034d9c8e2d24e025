// Pseudo-terminals, sessions and the controlling terminal.
#include "check.h"
#include <sys/ioctl.h>
#include <termios.h>

static int master;
static char buffer[256];

static void show(const char *what, int fd) {
  memset(buffer, 0, sizeof buffer);
  long count = read(fd, buffer, sizeof buffer - 1);
  if (count < 0) {
    printf("%s: %s\n", what, strerror(errno));
    return;
  }
  printf("%s: %ld \"", what, count);
  for (long i = 0; i < count; i++) {
    if (buffer[i] >= ' ' && buffer[i] < 127) putchar(buffer[i]);
    else printf("\\%02x", buffer[i]);
  }
  printf("\"\n");
}
static volatile int got;
static void handler(int signal) { got = signal; }

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  alarm(20);
  master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
  OK(master >= 0);
  char name[64];
  OK(ptsname_r(master, name, sizeof name) == 0 && !strncmp(name, "/dev/pts/", 9));
  T(open(name, O_RDWR | O_NOCTTY));
  T(grantpt(master));
  T(unlockpt(master));
  show("no terminal open yet", master);
  int slave = open(name, O_RDWR | O_NOCTTY);
  OK(slave >= 0);
  OK(isatty(slave) && isatty(master));
  struct stat status;
  fstat(slave, &status);
  printf("mode %o major %d\n", status.st_mode & ~0777, (int)(status.st_rdev >> 8));
  struct winsize size = {30, 100};
  T(ioctl(master, TIOCSWINSZ, &size));
  size.ws_row = 0;
  T(ioctl(slave, TIOCGWINSZ, &size));
  printf("%d rows\n", size.ws_row);
  T(write(slave, "one\ntwo", 7));
  show("output", master);
  show("no more", master);
  T(write(master, "typed\n", 6));
  show("line", slave);
  show("echo", master);
  T(write(master, "ab\177c\n", 5));
  show("edited", slave);
  show("echo", master);
  write(master, "\004", 1);
  show("end of file", slave);
  struct termios settings;
  T(tcgetattr(slave, &settings));
  OK((settings.c_lflag & (ICANON | ECHO | ISIG)) == (ICANON | ECHO | ISIG));
  settings.c_lflag &= ~(ICANON | ECHO);
  settings.c_oflag &= ~OPOST;
  T(tcsetattr(slave, TCSANOW, &settings));
  write(master, "x", 1);
  show("raw", slave);
  write(slave, "a\nb", 3);
  show("raw output", master);
  settings.c_lflag |= ICANON | ECHO;
  tcsetattr(slave, TCSANOW, &settings);
  T(tcgetpgrp(slave));
  T(ioctl(slave, TIOCSCTTY, 0));
  struct pollfd entry = {master, POLLIN | POLLOUT, 0};
  T(poll(&entry, 1, 0));
  printf("events %x\n", entry.revents);

  // A session of its own, with the terminal.
  int ends[2];
  char byte;
  pipe(ends);
  sigset_t set;
  int taken;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, 0);
  pid_t child = fork();
  if (child == 0) {
    close(ends[1]);
    close(master);
    T(setsid() == getpid());
    T(setsid());
    T(open("/dev/tty", O_RDWR));
    T(ioctl(slave, TIOCSCTTY, 0));
    OK(tcgetpgrp(slave) == getpid());
    OK(tcgetsid(slave) == getpid());
    OK(open("/dev/tty", O_RDWR) >= 0);
    signal(SIGINT, handler);
    signal(SIGWINCH, handler);
    signal(SIGTTOU, SIG_IGN);
    kill(getppid(), SIGUSR1);
    while (!got) pause();
    printf("signal %d\n", got);
    got = 0;
    kill(getppid(), SIGUSR1);
    while (!got) pause();
    printf("signal %d\n", got);
    // A background group that reads is stopped.
    pid_t other = fork();
    if (other == 0) {
      setpgid(0, 0);
      read(slave, &byte, 1);
      _exit(5);
    }
    int result;
    waitpid(other, &result, WUNTRACED);
    print_status(result);
    T(tcsetpgrp(slave, other));
    kill(other, SIGCONT);
    kill(getppid(), SIGUSR1);
    waitpid(other, &result, 0);
    print_status(result);
    T(tcsetpgrp(slave, getpid()));
    T(tcsetpgrp(slave, 99999));
    signal(SIGHUP, handler);
    got = 0;
    kill(getppid(), SIGUSR1);
    while (!got) pause();
    printf("signal %d\n", got);
    T(write(slave, "x", 1));
    show("after the end", slave);
    _exit(0);
  }
  sigwait(&set, &taken);
  write(master, "\003", 1);
  sigwait(&set, &taken);
  size.ws_row = 50;
  ioctl(master, TIOCSWINSZ, &size);
  sigwait(&set, &taken);
  write(master, "y\n", 2);
  sigwait(&set, &taken);
  close(slave);
  close(master);
  int result;
  waitpid(child, &result, 0);
  print_status(result);

  // The terminal is closed: the master reads what is left, then EIO.
  master = posix_openpt(O_RDWR | O_NOCTTY);
  unlockpt(master);
  slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  write(slave, "last words", 10);
  close(slave);
  show("left", master);
  show("closed", master);
  entry.fd = master;
  T(poll(&entry, 1, 0));
  printf("events %x\n", entry.revents);
  return 0;
}
