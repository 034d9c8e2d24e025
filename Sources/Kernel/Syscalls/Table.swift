// The system call table: one row a call. Number, argument decoding and handler stand in one place; the name for people
// is the number's own (LinuxABI). A number without a row is ENOSYS, which the tracer counts by number.

import KernelCore
import LinuxABI

extension Syscalls {
  @inline(__always)
  static func dispatch(
    _ number: SyscallNumber, _ caller: Thread, _ a: SyscallArguments, _ frame: FramePointer
  ) throws(Errno) -> Int {
    switch number {
    // Processes
    case .getpid: return getpid(caller)
    case .gettid: return Int(caller.tid)
    case .getppid: return getppid(caller)
    case .fork: return try fork(caller)
    case .vfork: return try vfork(caller)
    case .clone: return try clone(caller, a.a0, stack: a.a1, parentTID: a.a2, childTID: a.a3, threadPointer: a.a4)
    case .clone3: return try clone3(caller, a.a0, size: a.a1)
    case .execve: return try execve(caller, a.a0, a.a1, a.a2, frame)
    case .exit: return exit(caller, int(a.a0))
    case .exit_group: return exitGroup(caller, int(a.a0))
    case .wait4: return try wait4(caller, int(a.a0), pointer(a.a1), int(a.a2), pointer(a.a3))
    case .waitid: return try waitid(caller, int(a.a0), int(a.a1), pointer(a.a2), int(a.a3), pointer(a.a4))
    case .getpgid: return try getpgid(caller, int(a.a0))
    case .getpgrp: return try getpgid(caller, 0)
    case .setpgid: return try setpgid(caller, int(a.a0), int(a.a1))
    case .getsid: return try getsid(caller, int(a.a0))
    case .setsid: return try setsid(caller)
    case .set_tid_address: return setTIDAddress(caller, a.a0)
    case .set_robust_list: return try setRobustList(caller, a.a0, a.a1)
    case .arch_prctl: return try archPrctl(caller, int(a.a0), a.a1)
    case .prctl: return try prctl(caller, int(a.a0), a.a1)
    case .futex: return try futex(caller, a.a0, int(a.a1), UInt32(truncatingIfNeeded: a.a2), pointer(a.a3), word(a.a5))
    // Credentials
    case .getuid: return Int(caller.process.credentials.uid)
    case .geteuid: return Int(caller.process.credentials.euid)
    case .getgid: return Int(caller.process.credentials.gid)
    case .getegid: return Int(caller.process.credentials.egid)
    case .setuid: return try setuid(caller, word(a.a0))
    case .setgid: return try setgid(caller, word(a.a0))
    case .setreuid: return try setreuid(caller, word(a.a0), word(a.a1))
    case .setregid: return try setregid(caller, word(a.a0), word(a.a1))
    case .setresuid: return try setresuid(caller, word(a.a0), word(a.a1), word(a.a2))
    case .setresgid: return try setresgid(caller, word(a.a0), word(a.a1), word(a.a2))
    case .getresuid: return try getresuid(caller, a.a0, a.a1, a.a2)
    case .getresgid: return try getresgid(caller, a.a0, a.a1, a.a2)
    case .getgroups: return try getgroups(caller, int(a.a0), a.a1)
    case .setgroups: return try setgroups(caller, a.a0, a.a1)
    // Signals
    case .rt_sigaction: return try sigaction(caller, int(a.a0), pointer(a.a1), pointer(a.a2), a.a3)
    case .rt_sigprocmask: return try sigprocmask(caller, int(a.a0), pointer(a.a1), pointer(a.a2), a.a3)
    case .rt_sigreturn: return sigreturn(caller, frame)
    case .rt_sigpending: return try sigpending(caller, pointer(a.a0), a.a1)
    case .rt_sigsuspend: return try sigsuspend(caller, pointer(a.a0), a.a1)
    case .sigaltstack: return try sigaltstack(caller, pointer(a.a0), pointer(a.a1), frame)
    case .pause: return try pause(caller)
    case .kill: return try kill(caller, int(a.a0), int(a.a1))
    case .tkill: return try tgkill(caller, nil, int(a.a0), int(a.a1))
    case .tgkill: return try tgkill(caller, int(a.a0), int(a.a1), int(a.a2))
    // Memory
    case .mmap: return try mmap(caller, a.a0, a.a1, int(a.a2), int(a.a3), int(a.a4), a.a5)
    case .munmap: return try munmap(caller, a.a0, a.a1)
    case .mprotect: return try mprotect(caller, a.a0, a.a1, int(a.a2))
    case .brk: return brk(caller, a.a0)
    case .madvise: return try madvise(caller, a.a0, a.a1, int(a.a2))
    case .msync: return try msync(caller, a.a0, a.a1, int(a.a2))
    // Time
    case .clock_gettime: return try clockGettime(caller, int(a.a0), pointer(a.a1))
    case .clock_getres: return try clockGetres(caller, int(a.a0), pointer(a.a1))
    case .clock_settime: return try clockSettime(caller, int(a.a0), pointer(a.a1))
    case .clock_nanosleep: return try clockNanosleep(caller, int(a.a0), int(a.a1), pointer(a.a2), pointer(a.a3))
    case .nanosleep: return try nanosleep(caller, pointer(a.a0), pointer(a.a1))
    case .gettimeofday: return try gettimeofday(caller, pointer(a.a0), a.a1)
    case .time: return try time(caller, pointer(a.a0))
    case .times: return try times(caller, pointer(a.a0))
    case .getrusage: return try getrusage(caller, int(a.a0), pointer(a.a1))
    case .prlimit64: return try prlimit(caller, int(a.a0), int(a.a1), pointer(a.a2), pointer(a.a3))
    case .getrlimit: return try prlimit(caller, 0, int(a.a0), pointer(0), pointer(a.a1))
    case .setrlimit: return try prlimit(caller, 0, int(a.a0), pointer(a.a1), pointer(0))
    // The machine
    case .uname: return try uname(caller, a.a0)
    case .sethostname: return try sethostname(caller, a.a0, Int(bitPattern: a.a1))
    case .sysinfo: return try sysinfo(caller, pointer(a.a0))
    case .getrandom: return try getrandom(caller, a.a0, Int(bitPattern: a.a1), word(a.a2))
    case .sched_yield: return schedYield(caller)
    case .sched_getaffinity: return try getAffinity(caller, int(a.a0), a.a1, a.a2)
    case .getcpu: return try getcpu(caller, pointer(a.a0), pointer(a.a1))
    case .getpriority: return try getpriority(caller, int(a.a0), int(a.a1))
    case .reboot: return try reboot(caller, word(a.a0), word(a.a1), word(a.a2))
    default: throw .ENOSYS
    }
  }

  // How a register becomes an argument.

  @inline(__always)
  private static func int(_ register: UInt) -> Int32 { Int32(truncatingIfNeeded: register) }

  @inline(__always)
  private static func word(_ register: UInt) -> UInt32 { UInt32(truncatingIfNeeded: register) }

  @inline(__always)
  private static func pointer<Pointee>(_ register: UInt) -> UserPointer<Pointee> { UserPointer(register) }
}
