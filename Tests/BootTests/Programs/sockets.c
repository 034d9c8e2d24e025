// Sockets of AF_UNIX: pairs, names, connections, messages with descriptors and credentials, options, errors.
#include "check.h"
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

struct credentials { int pid, uid, gid; };
static int pair[2];
static char buffer[512], big[400000];

static void show(const char *what, long count) {
  if (count < 0) printf("%s: %s\n", what, strerror(errno));
  else printf("%s: %ld \"%.*s\"\n", what, count, count > 40 ? 40 : (int)count, buffer);
}
#define RECEIVE(fd, flags) show("recv(" #fd ", " #flags ")", (memset(buffer, 0, sizeof buffer), recv(fd, buffer, sizeof buffer, flags)))

static socklen_t name(struct sockaddr_un *address, const char *path) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  if (path[0] == '@') {
    memcpy(address->sun_path + 1, path + 1, strlen(path) - 1);
    return offsetof(struct sockaddr_un, sun_path) + strlen(path);
  }
  strcpy(address->sun_path, path);
  return sizeof *address;
}
static int bind_to(int fd, const char *path) {
  struct sockaddr_un address;
  return bind(fd, (void *)&address, name(&address, path));
}
static int connect_to(int fd, const char *path) {
  struct sockaddr_un address;
  return connect(fd, (void *)&address, name(&address, path));
}
static void show_name(const char *what, int result, struct sockaddr_un *address, socklen_t length) {
  if (result < 0) printf("%s: %s\n", what, strerror(errno));
  else printf("%s: length %d family %d name %s%s\n", what, length, address->sun_family,
              length > 2 && !address->sun_path[0] ? "@" : "",
              length > 2 ? address->sun_path + !address->sun_path[0] : "");
}
static void names(int fd) {
  struct sockaddr_un address = {0};
  socklen_t length = sizeof address;
  int result = getsockname(fd, (void *)&address, &length);
  show_name("own", result, &address, length);
  memset(&address, 0, sizeof address);
  length = sizeof address;
  result = getpeername(fd, (void *)&address, &length);
  show_name("peer", result, &address, length);
}

static long send_file(int to, int fd, const char *text, int with_credentials) {
  char control[128] = {0};
  struct iovec vector = {(void *)text, strlen(text)};
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control};
  struct cmsghdr *header = (void *)control;
  size_t length = 0;
  if (fd >= 0) {
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(4);
    memcpy(CMSG_DATA(header), &fd, 4);
    length += CMSG_SPACE(4);
    header = (void *)(control + length);
  }
  if (with_credentials) {
    struct credentials mine = {with_credentials == 2 ? 1 : getpid(), getuid(), getgid()};
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = 2;
    header->cmsg_len = CMSG_LEN(12);
    memcpy(CMSG_DATA(header), &mine, 12);
    length += CMSG_SPACE(12);
  }
  message.msg_controllen = length;
  return sendmsg(to, &message, 0);
}
static int receive_file(int from, size_t room, int flags) {
  char control[256];
  int fd = -1;
  memset(buffer, 0, sizeof buffer);
  struct iovec vector = {buffer, sizeof buffer};
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room};
  long count = recvmsg(from, &message, flags);
  if (count < 0) {
    printf("recvmsg: %s\n", strerror(errno));
    return -1;
  }
  printf("recvmsg: %ld \"%s\" flags %x control %d:", count, buffer, message.msg_flags, (int)message.msg_controllen);
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_type == SCM_RIGHTS) {
      printf(" files %d", (int)(header->cmsg_len - CMSG_LEN(0)) / 4);
      memcpy(&fd, CMSG_DATA(header), 4);
    } else {
      struct credentials theirs;
      memcpy(&theirs, CMSG_DATA(header), 12);
      printf(" credentials %d %d %d", theirs.pid == getpid() ? 1 : theirs.pid == 0 ? 0 : 2, theirs.uid, theirs.gid);
    }
  }
  printf("\n");
  return fd;
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  signal(SIGPIPE, SIG_IGN);
  chdir("/tmp");
  T(socket(AF_UNIX, 77, 0));
  T(socket(AF_UNIX, SOCK_STREAM, 5));
  T(socket(77, SOCK_STREAM, 0));
  T(socketpair(AF_UNIX, SOCK_STREAM, 0, (void *)-4096));
  T(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
  T(fcntl(pair[0], F_GETFD));
  T(write(pair[0], "hello", 5));
  T(send(pair[0], " world", 6, 0));
  T(ioctl(pair[1], FIONREAD, buffer));
  printf("queued %d\n", *(int *)buffer);
  RECEIVE(pair[1], MSG_PEEK);
  RECEIVE(pair[1], 0);
  RECEIVE(pair[1], MSG_DONTWAIT);
  names(pair[0]);
  struct credentials peer;
  socklen_t length = sizeof peer;
  T(getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &peer, &length));
  printf("peer %d %d\n", peer.pid == getpid(), peer.uid);
  int value = 0;
  length = 4;
  T(getsockopt(pair[0], SOL_SOCKET, SO_TYPE, &value, &length));
  printf("type %d\n", value);
  T(getsockopt(pair[0], SOL_SOCKET, SO_DOMAIN, &value, &length));
  T(getsockopt(pair[0], SOL_SOCKET, SO_ERROR, &value, &length));
  T(getsockopt(pair[0], SOL_SOCKET, 999, &value, &length));
  T(getsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &value, &length));
  printf("buffer %d\n", value);
  T(setsockopt(pair[0], SOL_SOCKET, 999, &value, 4));
  T(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &value, 3));
  T(setsockopt(0, SOL_SOCKET, SO_SNDBUF, &value, 4));
  T(lseek(pair[0], 0, SEEK_SET));
  T(listen(pair[0], 1));
  T(bind_to(0, "x"));
  struct stat status;
  T(fstat(pair[0], &status));
  printf("mode %o\n", status.st_mode);

  // A stream is bytes; its end is 0 after what was sent, and EPIPE the other way.
  fcntl(pair[0], F_SETFL, O_NONBLOCK);
  long sent = 0, count;
  while ((count = write(pair[0], big, sizeof big)) > 0) sent += count;
  printf("filled: %s, more than 64K %d\n", strerror(errno), sent > 65536);
  struct pollfd entry = {pair[0], POLLIN | POLLOUT, 0};
  T(poll(&entry, 1, 0));
  while (sent > 0) sent -= read(pair[1], big, sizeof big);
  printf("left %ld\n", sent);
  T(poll(&entry, 1, 0));
  printf("events %x\n", entry.revents);
  write(pair[0], "last", 4);
  T(shutdown(pair[0], SHUT_WR));
  T(write(pair[0], "x", 1));
  entry = (struct pollfd){pair[1], POLLIN | POLLRDHUP, 0};
  T(poll(&entry, 1, 0));
  printf("events %x\n", entry.revents);
  RECEIVE(pair[1], 0);
  RECEIVE(pair[1], 0);
  T(send(pair[1], "back", 4, 0));
  RECEIVE(pair[0], 0);
  close(pair[0]);
  entry = (struct pollfd){pair[1], POLLIN | POLLOUT | POLLRDHUP, 0};
  T(poll(&entry, 1, 0));
  printf("events %x\n", entry.revents);
  T(send(pair[1], "x", 1, MSG_NOSIGNAL));
  RECEIVE(pair[1], 0);
  close(pair[1]);
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  write(pair[0], "unread", 6);
  close(pair[1]);
  RECEIVE(pair[0], 0);
  RECEIVE(pair[0], 0);
  close(pair[0]);

  // Connections by path and by abstract name.
  unlink("abi-socket");
  int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
  T(listen(server, 2));
  T(connect_to(client, "abi-socket"));
  T(bind_to(server, "abi-socket"));
  T(bind_to(server, "again"));
  T(bind_to(client, "abi-socket"));
  T(connect_to(client, "abi-socket"));
  T(accept(server, 0, 0));
  T(listen(server, 2));
  T(getsockopt(server, SOL_SOCKET, SO_ACCEPTCONN, &value, &length));
  printf("listening %d\n", value);
  fcntl(server, F_SETFL, O_NONBLOCK);
  T(accept(server, 0, 0));
  T(connect_to(client, "abi-socket"));
  T(connect_to(client, "abi-socket"));
  T(write(client, "early", 5));
  struct sockaddr_un address;
  length = sizeof address;
  int accepted = accept4(server, (void *)&address, &length, SOCK_CLOEXEC);
  OK(accepted >= 0);
  printf("length %d\n", length);
  RECEIVE(accepted, 0);
  names(accepted);
  names(client);
  T(send(accepted, "reply", 5, 0));
  RECEIVE(client, 0);
  T(stat("abi-socket", &status));
  printf("socket file %d\n", S_ISSOCK(status.st_mode));
  T(open("abi-socket", O_RDWR));
  close(accepted);
  RECEIVE(client, 0);
  close(client);
  int clients[4];
  for (int i = 0; i < 4; i++) {
    clients[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    T(connect_to(clients[i], "abi-socket"));
  }
  close(server);
  RECEIVE(clients[0], 0);
  T(send(clients[0], "x", 1, MSG_NOSIGNAL));
  for (int i = 0; i < 4; i++) close(clients[i]);
  client = socket(AF_UNIX, SOCK_STREAM, 0);
  T(connect_to(client, "abi-socket"));
  unlink("abi-socket");
  entry = (struct pollfd){client, POLLIN | POLLOUT, 0};
  T(poll(&entry, 1, 0));
  printf("events %x\n", entry.revents);
  T(write(client, "x", 1));
  RECEIVE(client, 0);
  server = socket(AF_UNIX, SOCK_STREAM, 0);
  T(bind_to(server, "@abi-abstract-1"));
  T(bind_to(client, "@abi-abstract-1"));
  listen(server, 5);
  if (fork() == 0) {
    T(connect_to(client, "@abi-abstract-1"));
    write(client, "from a child", 12);
    _exit(0);
  }
  accepted = accept(server, 0, 0);
  wait(0);
  length = sizeof peer;
  getsockopt(accepted, SOL_SOCKET, SO_PEERCRED, &peer, &length);
  printf("another process %d\n", peer.pid != getpid());
  RECEIVE(accepted, MSG_WAITALL | MSG_DONTWAIT);
  names(accepted);
  close(accepted);
  close(server);
  close(client);

  // Datagrams keep their borders; the sender's name comes along.
  int a = socket(AF_UNIX, SOCK_DGRAM, 0), b = socket(AF_UNIX, SOCK_DGRAM, 0);
  bind_to(a, "@abi-a");
  T(bind(b, (void *)&(struct sockaddr_un){AF_UNIX}, 2));
  length = sizeof address;
  getsockname(b, (void *)&address, &length);
  printf("automatic name of %d bytes, abstract %d\n", length, !address.sun_path[0]);
  T(send(b, "x", 1, 0));
  length = name(&address, "@abi-a");
  T(sendto(b, "one", 3, 0, (void *)&address, length));
  T(sendto(b, "", 0, 0, (void *)&address, length));
  T(sendto(b, "three and more", 14, 0, (void *)&address, length));
  length = sizeof address;
  memset(buffer, 0, sizeof buffer);
  T(recvfrom(a, buffer, 100, 0, (void *)&address, &length));
  printf("%s from a name of %d\n", buffer, length);
  RECEIVE(a, 0);
  T(recv(a, buffer, 5, MSG_TRUNC | MSG_PEEK));
  T(recv(a, buffer, 5, 0));
  RECEIVE(a, MSG_DONTWAIT);
  T(connect_to(b, "@abi-a"));
  T(send(b, "connected", 9, 0));
  RECEIVE(a, 0);
  T(connect_to(b, "@abi-nobody"));
  T(send(b, big, sizeof big, 0));
  T(listen(a, 1));
  T(accept(a, 0, 0));
  struct mmsghdr many[3] = {0};
  struct iovec parts[3] = {{"1", 1}, {"22", 2}, {"333", 3}};
  for (int i = 0; i < 3; i++) many[i].msg_hdr.msg_iov = &parts[i], many[i].msg_hdr.msg_iovlen = 1;
  T(sendmmsg(b, many, 3, 0));
  printf("lengths %d %d %d\n", many[0].msg_len, many[1].msg_len, many[2].msg_len);
  char space[3][8] = {0};
  for (int i = 0; i < 3; i++) parts[i] = (struct iovec){space[i], 8};
  T(recvmmsg(a, many, 3, MSG_DONTWAIT, 0));
  printf("%s %s %s\n", space[0], space[1], space[2]);
  T(recvmmsg(a, many, 3, MSG_DONTWAIT, 0));
  close(a);
  T(send(b, "x", 1, 0));
  close(b);

  socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
  write(pair[0], "first packet", 12);
  write(pair[0], "second", 6);
  T(read(pair[1], buffer, 5));
  RECEIVE(pair[1], 0);
  close(pair[0]);
  RECEIVE(pair[1], 0);
  close(pair[1]);

  // Descriptors and credentials.
  int ends[2];
  pipe(ends);
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  T(send_file(pair[0], ends[0], "a pipe", 0));
  close(ends[0]);
  int got = receive_file(pair[1], 128, MSG_CMSG_CLOEXEC);
  write(ends[1], "through", 7);
  memset(buffer, 0, sizeof buffer);
  T(read(got, buffer, 20));
  printf("%s, %d\n", buffer, fcntl(got, F_GETFD));
  T(send_file(pair[0], 200, "bad", 0));
  T(send_file(pair[0], got, "no room", 0));
  receive_file(pair[1], 0, 0);
  T(send_file(pair[0], got, "one", 0));
  T(send_file(pair[0], -1, "two", 0));
  T(send_file(pair[0], got, "three", 0));
  close(receive_file(pair[1], 128, 0));
  close(receive_file(pair[1], 128, 0));
  value = 1;
  T(setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &value, 4));
  T(send_file(pair[0], -1, "mine", 1));
  receive_file(pair[1], 128, 0);
  T(send_file(pair[0], -1, "plain", 0));
  receive_file(pair[1], 128, 0);
  T(send_file(pair[0], got, "both", 1));
  receive_file(pair[1], 128, 0);
  T(send_file(pair[0], got, "cut", 0));
  receive_file(pair[1], 20, 0);
  // A pipe whose only end is on its way is closed with the socket.
  T(send_file(pair[0], ends[1], "lost", 0));
  close(ends[1]);
  close(pair[0]);
  close(pair[1]);
  T(read(got, buffer, 20));

  // Time-outs, waiting, interruption.
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  struct timeval time = {0, 20000};
  T(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time));
  RECEIVE(pair[0], 0);
  time.tv_usec = 0;
  setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  if (fork() == 0) {
    usleep(10000);
    write(pair[1], "late", 4);
    usleep(10000);
    write(pair[1], "r", 1);
    _exit(0);
  }
  T(recv(pair[0], buffer, 5, MSG_WAITALL));
  wait(0);
  if (fork() == 0) {
    close(pair[0]);
    long total = 0, count;
    while (total < 300000 && (count = read(pair[1], big, 1000)) > 0) total += count;
    _exit(total == 300000 ? 7 : 8);
  }
  T(write(pair[0], big, 300000));
  int result;
  wait(&result);
  print_status(result);
  T(shutdown(pair[0], 5));
  T(shutdown(ends[0], 2));
  return 0;
}
