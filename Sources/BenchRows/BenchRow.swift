// The rows of the benchmark suite: their names, order and lengths. The guest program and kbench compile the same file,
// so a row that one has and the other lacks does not exist.
//
// Names are those of the suite that kbench repeats, two of them misnomers: pipe_grep and sed_pipeline hold no pipe.

/// How long a row is.
public struct RowLength: Sendable {
  public let full: Int
  public let quick: Int

  init(_ full: Int, _ quick: Int) {
    self.full = full
    self.quick = quick
  }
}

public enum BenchRow: Int, CaseIterable, Sendable {
  case getpid, gettid, getuid, getpriority, clockGettime, clockGettimeRaw, uname, getcwd
  case readNull, writeNull, readZero, pread, writev, openClose, stat, access, fstat, lseek, fcntlGetfl, dupClose
  case readlink, getdents64, mmapMunmap, mmapFault, mprotect, brk
  case sigaction, sigprocmask, signalDelivery, schedYield, poll, epollWait, eventfd
  case pipe, pipePingpong, socketpair, waitid, forkExit, execTrue, shellNoop
  case pipeGrep, sedPipeline, sortUniq, tarExtract, fileTree
  case statx, getsid, getrlimit, setrlimit, prlimit64, fcntlLock, flock, setsockopt, getsockopt

  /// How many there are.
  public static let count = 54

  public var name: StaticString { plan.name }
  public var length: RowLength { plan.length }

  /// Bytes that one iteration moves, for rows that are about moving bytes.
  public var bytesMoved: Int {
    switch self {
    case .readZero, .pipe: 4096
    default: 0
    }
  }

  private var plan: (name: StaticString, length: RowLength) {
    switch self {
    case .getpid: ("getpid", RowLength(1_000_000, 10_000))
    case .gettid: ("gettid", RowLength(1_000_000, 10_000))
    case .getuid: ("getuid", RowLength(1_000_000, 10_000))
    case .getpriority: ("getpriority", RowLength(500_000, 5_000))
    case .clockGettime: ("clock_gettime", RowLength(1_000_000, 10_000))
    case .clockGettimeRaw: ("clock_gettime_raw", RowLength(1_000_000, 10_000))
    case .uname: ("uname", RowLength(500_000, 5_000))
    case .getcwd: ("getcwd", RowLength(500_000, 5_000))
    case .readNull: ("read_null", RowLength(500_000, 5_000))
    case .writeNull: ("write_null", RowLength(500_000, 5_000))
    case .readZero: ("read_zero", RowLength(200_000, 2_000))
    case .pread: ("pread", RowLength(500_000, 5_000))
    case .writev: ("writev", RowLength(500_000, 5_000))
    case .openClose: ("open_close", RowLength(100_000, 2_000))
    case .stat: ("stat", RowLength(200_000, 5_000))
    case .access: ("access", RowLength(200_000, 5_000))
    case .fstat: ("fstat", RowLength(500_000, 5_000))
    case .lseek: ("lseek", RowLength(1_000_000, 10_000))
    case .fcntlGetfl: ("fcntl_getfl", RowLength(1_000_000, 10_000))
    case .dupClose: ("dup_close", RowLength(500_000, 5_000))
    case .readlink: ("readlink", RowLength(200_000, 5_000))
    case .getdents64: ("getdents64", RowLength(100_000, 1_000))
    case .mmapMunmap: ("mmap_munmap", RowLength(100_000, 2_000))
    case .mmapFault: ("mmap_fault", RowLength(4_096, 256))
    case .mprotect: ("mprotect", RowLength(200_000, 5_000))
    case .brk: ("brk", RowLength(500_000, 5_000))
    case .sigaction: ("sigaction", RowLength(500_000, 5_000))
    case .sigprocmask: ("sigprocmask", RowLength(500_000, 5_000))
    case .signalDelivery: ("signal_delivery", RowLength(200_000, 2_000))
    case .schedYield: ("sched_yield", RowLength(500_000, 5_000))
    case .poll: ("poll", RowLength(500_000, 5_000))
    case .epollWait: ("epoll_wait", RowLength(500_000, 5_000))
    case .eventfd: ("eventfd", RowLength(500_000, 5_000))
    case .pipe: ("pipe", RowLength(256, 32))
    case .pipePingpong: ("pipe_pingpong", RowLength(50_000, 500))
    case .socketpair: ("socketpair", RowLength(200_000, 2_000))
    case .waitid: ("waitid", RowLength(500_000, 5_000))
    case .forkExit: ("fork_exit", RowLength(500, 200))
    case .execTrue: ("exec_true", RowLength(200, 100))
    case .shellNoop: ("shell_noop", RowLength(100, 50))
    case .pipeGrep: ("pipe_grep", RowLength(100, 50))
    case .sedPipeline: ("sed_pipeline", RowLength(100, 20))
    case .sortUniq: ("sort_uniq", RowLength(50, 10))
    case .tarExtract: ("tar_extract", RowLength(50, 10))
    case .fileTree: ("file_tree", RowLength(50, 10))
    case .statx: ("statx", RowLength(200_000, 5_000))
    case .getsid: ("getsid", RowLength(1_000_000, 10_000))
    case .getrlimit: ("getrlimit", RowLength(500_000, 5_000))
    case .setrlimit: ("setrlimit", RowLength(500_000, 5_000))
    case .prlimit64: ("prlimit64", RowLength(500_000, 5_000))
    case .fcntlLock: ("fcntl_lock", RowLength(200_000, 5_000))
    case .flock: ("flock", RowLength(200_000, 5_000))
    case .setsockopt: ("setsockopt", RowLength(500_000, 5_000))
    case .getsockopt: ("getsockopt", RowLength(500_000, 5_000))
    }
  }
}
