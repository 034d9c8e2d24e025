#if !APUS_KERNEL
  // The system calls that Apus has: what `apus abi` prints, and what the tests hold against the kernel.
  //
  // A call without flags says nothing of them; "as call" refers to another row. Flags are named as in the call's man page,
  // without the prefix that they share. A flag that is not named is refused with the error of the man page.

  /// One call, as a program sees it.
  public struct SystemCall: Sendable {
    public let number: SyscallNumber
    /// Names of the arguments, as in the man page.
    public let arguments: String
    /// Flags, commands or options that do what the man page says.
    public let flags: String
    /// Where it differs from Linux, or what there is to know.
    public let remark: String

    public var name: String { number.description }

    fileprivate init(_ number: SyscallNumber, _ arguments: String = "", flags: String = "", remark: String = "") {
      self.number = number
      self.arguments = arguments
      self.flags = flags
      self.remark = remark
    }
  }

  /// Calls of one kind.
  public struct SystemCallFamily: Sendable {
    public let name: String
    public let calls: [SystemCall]
  }

  extension SystemCall {
    /// All of them.
    public static var all: [SystemCall] { families.flatMap(\.calls) }

    public static let families: [SystemCallFamily] = [
      SystemCallFamily(name: "Processes", calls: processes),
      SystemCallFamily(name: "Files: transfer", calls: filesTransfer),
      SystemCallFamily(name: "Files: opening", calls: filesOpening),
      SystemCallFamily(name: "Files: attributes", calls: filesAttributes),
      SystemCallFamily(name: "Files: names and directories", calls: filesNamesAndDirectories),
      SystemCallFamily(name: "Files: waiting", calls: filesWaiting),
      SystemCallFamily(name: "Files: events", calls: filesEvents),
      SystemCallFamily(name: "Sockets", calls: sockets),
      SystemCallFamily(name: "Files: mounts", calls: filesMounts),
      SystemCallFamily(name: "Credentials", calls: credentials),
      SystemCallFamily(name: "Signals", calls: signals),
      SystemCallFamily(name: "Memory", calls: memory),
      SystemCallFamily(name: "Time", calls: time),
      SystemCallFamily(name: "Timers", calls: timers),
      SystemCallFamily(name: "The machine", calls: theMachine),
    ]

    private static let processes: [SystemCall] = [
      SystemCall(.getpid),
      SystemCall(.gettid),
      SystemCall(.getppid),
      SystemCall(.fork),
      SystemCall(.vfork),
      SystemCall(
        .clone, "flags, stack, parent_tid, child_tid, tls",
        flags: "VM FS FILES SIGHAND VFORK PARENT THREAD SETTLS PARENT_SETTID CHILD_CLEARTID CHILD_SETTID; "
          + "ignored: SYSVSEM PTRACE UNTRACED DETACHED IO",
        remark: "namespaces and PIDFD are refused"),
      SystemCall(
        .clone3, "cl_args, size",
        flags: "as clone, CLEAR_SIGHAND",
        remark: "set_tid and cgroup are refused"),
      SystemCall(.execve, "path, argv, envp", remark: "static ELF, static PIE, #! scripts"),
      SystemCall(.exit, "status"),
      SystemCall(.exit_group, "status"),
      SystemCall(
        .wait4, "pid, wstatus, options, rusage",
        flags: "WNOHANG WUNTRACED WCONTINUED __WALL __WCLONE __WNOTHREAD"),
      SystemCall(
        .waitid, "idtype, id, infop, options, rusage",
        flags: "P_ALL P_PID P_PGID; WEXITED WSTOPPED WCONTINUED WNOHANG WNOWAIT",
        remark: "no P_PIDFD"),
      SystemCall(.getpgid, "pid"),
      SystemCall(.getpgrp),
      SystemCall(.setpgid, "pid, pgid"),
      SystemCall(.getsid, "pid"),
      SystemCall(.setsid),
      SystemCall(.set_tid_address, "tidptr"),
      SystemCall(.set_robust_list, "head, len"),
      SystemCall(.arch_prctl, "code, addr", flags: "ARCH_SET_FS ARCH_GET_FS"),
      SystemCall(
        .prctl, "option, arg2, arg3, arg4, arg5",
        flags: "NAME PDEATHSIG DUMPABLE KEEPCAPS TIMERSLACK CHILD_SUBREAPER NO_NEW_PRIVS; reads CAPBSET "
          + "SECUREBITS TID_ADDRESS"),
      SystemCall(.get_robust_list, "pid, head_ptr, len_ptr"),
      SystemCall(
        .futex, "uaddr, op, val, timeout, uaddr2, val3",
        flags: "WAIT WAKE REQUEUE CMP_REQUEUE WAKE_OP WAIT_BITSET WAKE_BITSET; PRIVATE CLOCK_REALTIME",
        remark: "priority inheritance is ENOSYS"),
    ]

    private static let filesTransfer: [SystemCall] = [
      SystemCall(.read, "fd, buf, count"),
      SystemCall(.write, "fd, buf, count"),
      SystemCall(.pread64, "fd, buf, count, offset"),
      SystemCall(.pwrite64, "fd, buf, count, offset"),
      SystemCall(.readv, "fd, iov, iovcnt"),
      SystemCall(.writev, "fd, iov, iovcnt"),
      SystemCall(.preadv, "fd, iov, iovcnt, offset"),
      SystemCall(.pwritev, "fd, iov, iovcnt, offset"),
      SystemCall(.preadv2, "fd, iov, iovcnt, offset, flags", flags: "HIPRI DSYNC SYNC NOWAIT APPEND"),
      SystemCall(.pwritev2, "fd, iov, iovcnt, offset, flags", flags: "HIPRI DSYNC SYNC NOWAIT APPEND"),
      SystemCall(.lseek, "fd, offset, whence", flags: "SET CUR END DATA HOLE"),
      SystemCall(.sendfile, "out_fd, in_fd, offset, count"),
      SystemCall(.copy_file_range, "fd_in, off_in, fd_out, off_out, len, flags", flags: "none"),
    ]

    private static let filesOpening: [SystemCall] = [
      SystemCall(.open, "path, flags, mode", flags: "all of open(2); O_ASYNC is kept without effect"),
      SystemCall(.openat, "dirfd, path, flags, mode", flags: "all of open(2); O_ASYNC is kept without effect"),
      SystemCall(.creat, "path, mode"),
      SystemCall(.close, "fd"),
      SystemCall(.close_range, "first, last, flags", flags: "UNSHARE CLOEXEC"),
      SystemCall(.pipe, "pipefd"),
      SystemCall(.pipe2, "pipefd, flags", flags: "CLOEXEC NONBLOCK DIRECT"),
      SystemCall(.dup, "oldfd"),
      SystemCall(.dup2, "oldfd, newfd"),
      SystemCall(.dup3, "oldfd, newfd, flags", flags: "CLOEXEC"),
      SystemCall(
        .fcntl, "fd, cmd, arg",
        flags: "DUPFD DUPFD_CLOEXEC GETFD SETFD GETFL SETFL GETLK SETLK SETLKW OFD_GETLK OFD_SETLK OFD_SETLKW "
          + "PIPE_SZ SEALS",
        remark: "F_SETOWN is kept without effect"),
      SystemCall(
        .ioctl, "fd, request, arg",
        flags: "FIOCLEX FIONCLEX FIONBIO FIOASYNC FIONREAD, terminals, pseudo-terminals"),
      SystemCall(.flock, "fd, operation", flags: "SH EX UN NB"),
    ]

    private static let filesAttributes: [SystemCall] = [
      SystemCall(.stat, "path, statbuf"),
      SystemCall(.lstat, "path, statbuf"),
      SystemCall(.fstat, "fd, statbuf"),
      SystemCall(.newfstatat, "dirfd, path, statbuf, flags", flags: "SYMLINK_NOFOLLOW EMPTY_PATH NO_AUTOMOUNT"),
      SystemCall(
        .statx, "dirfd, path, flags, mask, statxbuf",
        flags: "SYMLINK_NOFOLLOW EMPTY_PATH NO_AUTOMOUNT STATX_FORCE_SYNC STATX_DONT_SYNC"),
      SystemCall(.statfs, "path, buf"),
      SystemCall(.fstatfs, "fd, buf"),
      SystemCall(.access, "path, mode"),
      SystemCall(.faccessat, "dirfd, path, mode"),
      SystemCall(.faccessat2, "dirfd, path, mode, flags", flags: "EACCESS SYMLINK_NOFOLLOW EMPTY_PATH"),
      SystemCall(.chmod, "path, mode"),
      SystemCall(.fchmod, "fd, mode"),
      SystemCall(.fchmodat, "dirfd, path, mode"),
      SystemCall(.chown, "path, owner, group"),
      SystemCall(.lchown, "path, owner, group"),
      SystemCall(.fchown, "fd, owner, group"),
      SystemCall(.fchownat, "dirfd, path, owner, group, flags", flags: "SYMLINK_NOFOLLOW EMPTY_PATH"),
      SystemCall(.utimensat, "dirfd, path, times, flags", flags: "SYMLINK_NOFOLLOW EMPTY_PATH"),
      SystemCall(.futimesat, "dirfd, path, times"),
      SystemCall(.utimes, "path, times"),
      SystemCall(.utime, "path, times"),
      SystemCall(.truncate, "path, length"),
      SystemCall(.ftruncate, "fd, length"),
      SystemCall(.fallocate, "fd, mode, offset, len", flags: "KEEP_SIZE PUNCH_HOLE"),
      SystemCall(.umask, "mask"),
    ]

    private static let filesNamesAndDirectories: [SystemCall] = [
      SystemCall(.mkdir, "path, mode"),
      SystemCall(.mkdirat, "dirfd, path, mode"),
      SystemCall(.mknod, "path, mode, dev"),
      SystemCall(.mknodat, "dirfd, path, mode, dev"),
      SystemCall(.rmdir, "path"),
      SystemCall(.unlink, "path"),
      SystemCall(.unlinkat, "dirfd, path, flags", flags: "REMOVEDIR"),
      SystemCall(.link, "oldpath, newpath"),
      SystemCall(.linkat, "olddirfd, oldpath, newdirfd, newpath, flags", flags: "SYMLINK_FOLLOW EMPTY_PATH"),
      SystemCall(.symlink, "target, linkpath"),
      SystemCall(.symlinkat, "target, newdirfd, linkpath"),
      SystemCall(.readlink, "path, buf, bufsiz"),
      SystemCall(.readlinkat, "dirfd, path, buf, bufsiz"),
      SystemCall(.rename, "oldpath, newpath"),
      SystemCall(.renameat, "olddirfd, oldpath, newdirfd, newpath"),
      SystemCall(.renameat2, "olddirfd, oldpath, newdirfd, newpath, flags", flags: "NOREPLACE EXCHANGE"),
      SystemCall(.getdents, "fd, dirp, count"),
      SystemCall(.getdents64, "fd, dirp, count"),
      SystemCall(.getcwd, "buf, size"),
      SystemCall(.chdir, "path"),
      SystemCall(.fchdir, "fd"),
      SystemCall(.chroot, "path"),
    ]

    private static let filesWaiting: [SystemCall] = [
      SystemCall(.poll, "fds, nfds, timeout"),
      SystemCall(.ppoll, "fds, nfds, timeout, sigmask, sigsetsize"),
      SystemCall(.select, "nfds, readfds, writefds, exceptfds, timeout"),
      SystemCall(.pselect6, "nfds, readfds, writefds, exceptfds, timeout, sigmask"),
    ]

    private static let filesEvents: [SystemCall] = [
      SystemCall(.epoll_create, "size"),
      SystemCall(.epoll_create1, "flags", flags: "CLOEXEC"),
      SystemCall(
        .epoll_ctl, "epfd, op, fd, event",
        flags: "EPOLLET EPOLLONESHOT EPOLLEXCLUSIVE EPOLLWAKEUP",
        remark: "EPOLLEXCLUSIVE wakes all"),
      SystemCall(.epoll_wait, "epfd, events, maxevents, timeout"),
      SystemCall(.epoll_pwait, "epfd, events, maxevents, timeout, sigmask, sigsetsize"),
      SystemCall(.epoll_pwait2, "epfd, events, maxevents, timeout, sigmask, sigsetsize"),
      SystemCall(.eventfd, "initval"),
      SystemCall(.eventfd2, "initval, flags", flags: "CLOEXEC NONBLOCK SEMAPHORE"),
      SystemCall(.timerfd_create, "clockid, flags", flags: "REALTIME MONOTONIC BOOTTIME; CLOEXEC NONBLOCK"),
      SystemCall(
        .timerfd_settime, "fd, flags, new_value, old_value",
        flags: "TIMER_ABSTIME TIMER_CANCEL_ON_SET",
        remark: "a clock that is set cancels nothing"),
      SystemCall(.timerfd_gettime, "fd, curr_value"),
      SystemCall(.signalfd, "fd, mask, sizemask"),
      SystemCall(.signalfd4, "fd, mask, sizemask, flags", flags: "CLOEXEC NONBLOCK"),
    ]

    private static let sockets: [SystemCall] = [
      SystemCall(
        .socket, "family, type, protocol",
        flags: "AF_UNIX: STREAM DGRAM SEQPACKET RAW; CLOEXEC NONBLOCK",
        remark: "other families are EAFNOSUPPORT"),
      SystemCall(.socketpair, "family, type, protocol, sv", flags: "as socket"),
      SystemCall(.bind, "sockfd, addr, addrlen", remark: "paths, abstract names, automatic names"),
      SystemCall(.listen, "sockfd, backlog"),
      SystemCall(.accept, "sockfd, addr, addrlen"),
      SystemCall(.accept4, "sockfd, addr, addrlen, flags", flags: "CLOEXEC NONBLOCK"),
      SystemCall(.connect, "sockfd, addr, addrlen"),
      SystemCall(.shutdown, "sockfd, how", flags: "RD WR RDWR"),
      SystemCall(.getsockname, "sockfd, addr, addrlen"),
      SystemCall(.getpeername, "sockfd, addr, addrlen"),
      SystemCall(
        .setsockopt, "sockfd, level, optname, optval, optlen",
        flags: "SOL_SOCKET: PASSCRED SNDBUF RCVBUF RCVTIMEO SNDTIMEO; others of socket(7) without effect"),
      SystemCall(
        .getsockopt, "sockfd, level, optname, optval, optlen",
        flags: "SOL_SOCKET: TYPE DOMAIN PROTOCOL ERROR ACCEPTCONN PEERCRED PASSCRED SNDBUF RCVBUF RCVTIMEO "
          + "SNDTIMEO"),
      SystemCall(.sendto, "sockfd, buf, len, flags, dest_addr, addrlen", flags: "DONTWAIT NOSIGNAL"),
      SystemCall(.recvfrom, "sockfd, buf, len, flags, src_addr, addrlen", flags: "DONTWAIT PEEK TRUNC WAITALL"),
      SystemCall(.sendmsg, "sockfd, msg, flags", flags: "as sendto; SCM_RIGHTS SCM_CREDENTIALS"),
      SystemCall(.recvmsg, "sockfd, msg, flags", flags: "as recvfrom, CMSG_CLOEXEC; SCM_RIGHTS SCM_CREDENTIALS"),
      SystemCall(.sendmmsg, "sockfd, msgvec, vlen, flags", flags: "as sendmsg"),
      SystemCall(.recvmmsg, "sockfd, msgvec, vlen, flags, timeout", flags: "as recvmsg, WAITFORONE"),
    ]

    private static let filesMounts: [SystemCall] = [
      SystemCall(
        .mount, "source, target, type, flags, data",
        flags: "tmpfs devtmpfs devpts proc; RDONLY NOSUID NODEV NOEXEC NOATIME REMOUNT",
        remark: "no bind, no move"),
      SystemCall(.umount2, "target, flags", flags: "FORCE DETACH EXPIRE NOFOLLOW"),
      SystemCall(.sync),
      SystemCall(.fsync, "fd"),
      SystemCall(.fdatasync, "fd"),
      SystemCall(.syncfs, "fd"),
      SystemCall(.fadvise64, "fd, offset, len, advice", remark: "checked, without effect"),
    ]

    private static let credentials: [SystemCall] = [
      SystemCall(.getuid),
      SystemCall(.geteuid),
      SystemCall(.getgid),
      SystemCall(.getegid),
      SystemCall(.setuid, "uid", remark: "of all threads of the process"),
      SystemCall(.setgid, "gid", remark: "of all threads of the process"),
      SystemCall(.setreuid, "ruid, euid"),
      SystemCall(.setregid, "rgid, egid"),
      SystemCall(.setresuid, "ruid, euid, suid"),
      SystemCall(.setresgid, "rgid, egid, sgid"),
      SystemCall(.getresuid, "ruid, euid, suid"),
      SystemCall(.getresgid, "rgid, egid, sgid"),
      SystemCall(.getgroups, "size, list"),
      SystemCall(.setgroups, "size, list"),
      SystemCall(.setfsuid, "fsuid"),
      SystemCall(.setfsgid, "fsgid"),
      SystemCall(.capget, "hdrp, datap", remark: "root has all, others none"),
      SystemCall(.personality, "persona", remark: "kept without effect"),
    ]

    private static let signals: [SystemCall] = [
      SystemCall(
        .rt_sigaction, "signum, act, oldact, sigsetsize",
        flags: "NOCLDSTOP NOCLDWAIT SIGINFO RESTORER ONSTACK RESTART NODEFER RESETHAND"),
      SystemCall(.rt_sigprocmask, "how, set, oldset, sigsetsize", flags: "BLOCK UNBLOCK SETMASK"),
      SystemCall(.rt_sigreturn),
      SystemCall(.rt_sigpending, "set, sigsetsize"),
      SystemCall(.rt_sigsuspend, "mask, sigsetsize"),
      SystemCall(.sigaltstack, "ss, old_ss", flags: "SS_DISABLE SS_ONSTACK", remark: "no SS_AUTODISARM"),
      SystemCall(.pause),
      SystemCall(.kill, "pid, sig"),
      SystemCall(.tkill, "tid, sig"),
      SystemCall(.tgkill, "tgid, tid, sig"),
      SystemCall(.rt_sigtimedwait, "set, info, timeout, sigsetsize"),
      SystemCall(.rt_sigqueueinfo, "tgid, sig, info"),
      SystemCall(.rt_tgsigqueueinfo, "tgid, tid, sig, info"),
    ]

    private static let memory: [SystemCall] = [
      SystemCall(
        .mmap, "addr, length, prot, flags, fd, offset",
        flags: "SHARED SHARED_VALIDATE PRIVATE FIXED FIXED_NOREPLACE ANONYMOUS GROWSDOWN POPULATE",
        remark: "no huge pages"),
      SystemCall(.munmap, "addr, length"),
      SystemCall(.mprotect, "addr, len, prot", flags: "READ WRITE EXEC"),
      SystemCall(.brk, "addr"),
      SystemCall(
        .madvise, "addr, length, advice",
        flags: "DONTNEED FREE REMOVE POPULATE_READ POPULATE_WRITE; others of madvise(2) without effect"),
      SystemCall(.msync, "addr, length, flags", flags: "ASYNC SYNC INVALIDATE"),
      SystemCall(
        .mremap, "old_address, old_size, new_size, flags, new_address",
        flags: "MAYMOVE FIXED",
        remark: "no DONTUNMAP"),
      SystemCall(.mincore, "addr, length, vec"),
      SystemCall(.mlock, "addr, len"),
      SystemCall(.mlock2, "addr, len, flags", flags: "ONFAULT"),
      SystemCall(.munlock, "addr, len"),
      SystemCall(.mlockall, "flags", flags: "CURRENT FUTURE ONFAULT", remark: "nothing is ever swapped out"),
      SystemCall(.munlockall),
      SystemCall(.memfd_create, "name, flags", flags: "CLOEXEC ALLOW_SEALING NOEXEC_SEAL EXEC"),
    ]

    private static let time: [SystemCall] = [
      SystemCall(
        .clock_gettime, "clockid, tp",
        flags: "REALTIME MONOTONIC RAW COARSE BOOTTIME TAI PROCESS_CPUTIME THREAD_CPUTIME, of others too"),
      SystemCall(.clock_getres, "clockid, res", flags: "as clock_gettime"),
      SystemCall(.clock_settime, "clockid, tp", flags: "REALTIME"),
      SystemCall(.clock_nanosleep, "clockid, flags, request, remain", flags: "TIMER_ABSTIME"),
      SystemCall(.nanosleep, "req, rem"),
      SystemCall(.gettimeofday, "tv, tz"),
      SystemCall(.time, "tloc"),
      SystemCall(.times, "buf"),
      SystemCall(.getrusage, "who, usage", flags: "SELF CHILDREN THREAD"),
      SystemCall(
        .prlimit64, "pid, resource, new_limit, old_limit",
        flags: "enforced: CPU FSIZE STACK NPROC NOFILE MEMLOCK AS NICE; others are kept"),
      SystemCall(.getrlimit, "resource, rlim", flags: "as prlimit64"),
      SystemCall(.setrlimit, "resource, rlim", flags: "as prlimit64"),
    ]

    private static let timers: [SystemCall] = [
      SystemCall(.alarm, "seconds"),
      SystemCall(.setitimer, "which, new_value, old_value", flags: "REAL VIRTUAL PROF"),
      SystemCall(.getitimer, "which, curr_value", flags: "REAL VIRTUAL PROF"),
      SystemCall(
        .timer_create, "clockid, sevp, timerid",
        flags: "REALTIME MONOTONIC BOOTTIME TAI PROCESS_CPUTIME THREAD_CPUTIME; SIGEV_SIGNAL SIGEV_NONE "
          + "SIGEV_THREAD_ID"),
      SystemCall(.timer_delete, "timerid"),
      SystemCall(.timer_settime, "timerid, flags, new_value, old_value", flags: "TIMER_ABSTIME"),
      SystemCall(.timer_gettime, "timerid, curr_value"),
      SystemCall(.timer_getoverrun, "timerid"),
    ]

    private static let theMachine: [SystemCall] = [
      SystemCall(.uname, "buf"),
      SystemCall(.sethostname, "name, len"),
      SystemCall(.sysinfo, "info"),
      SystemCall(.getrandom, "buf, buflen, flags", flags: "NONBLOCK RANDOM INSECURE"),
      SystemCall(.sched_yield),
      SystemCall(.sched_setaffinity, "pid, cpusetsize, mask"),
      SystemCall(.sched_getaffinity, "pid, cpusetsize, mask"),
      SystemCall(.getcpu, "cpu, node"),
      SystemCall(
        .sched_setscheduler, "pid, policy, param",
        flags: "OTHER BATCH IDLE FIFO RR",
        remark: "kept and shown; all run round robin"),
      SystemCall(.sched_getscheduler, "pid"),
      SystemCall(.sched_setparam, "pid, param"),
      SystemCall(.sched_getparam, "pid, param"),
      SystemCall(.sched_get_priority_max, "policy"),
      SystemCall(.sched_get_priority_min, "policy"),
      SystemCall(.sched_rr_get_interval, "pid, tp"),
      SystemCall(.getpriority, "which, who", flags: "PROCESS PGRP USER"),
      SystemCall(
        .setpriority, "which, who, prio",
        flags: "PROCESS PGRP USER",
        remark: "kept and shown; all run round robin"),
      SystemCall(.ioprio_get, "which, who"),
      SystemCall(.ioprio_set, "which, who, ioprio", remark: "kept and shown"),
      SystemCall(.setdomainname, "name, len"),
      SystemCall(.syslog, "type, bufp, len", flags: "0 to 10"),
      SystemCall(.reboot, "magic, magic2, cmd, arg", remark: "every way to stop ends the machine"),
    ]
  }
#endif
