// What /proc asks of the process table and the machine. The kernel overrides all of it; the tests have their own.
//
// Every method may be called from any process, with no lock held. A process may vanish between two calls: answers about
// one that is gone are nil or nothing.

import LinuxABI

open class ProcessInspector {
  public init() {}

  open func currentProcess() -> Int32 { 1 }
  /// The lowest process number that is at least `first`.
  open func nextProcess(from first: Int32) -> Int32? { nil }
  open func details(_ pid: Int32) -> ProcessDetails? { nil }
  /// The lowest number of a thread of a process that is at least `first`.
  open func nextThread(of pid: Int32, from first: Int32) -> Int32? { nil }
  /// What `details` gives, with the name, state, times and signals of one thread.
  open func details(_ pid: Int32, thread: Int32) -> ProcessDetails? { nil }
  /// The thread that looks.
  open func currentThread() -> Int32 { 1 }
  /// The argument strings, each with its NUL, as they stand in the process's memory.
  open func appendArguments(_ pid: Int32, to text: inout TextBuffer) {}
  open func appendEnvironment(_ pid: Int32, to text: inout TextBuffer) {}
  /// Calls `body` for each area of memory, in order.
  open func forEachMapping(_ pid: Int32, _ body: (MappingDetails) -> Void) {}
  open func executable(_ pid: Int32) -> Inode? { nil }
  open func context(_ pid: Int32) -> FilesystemContext? { nil }
  open func files(_ pid: Int32) -> FileTable? { nil }

  open func system() -> SystemDetails { SystemDetails() }
  /// A request written to /proc/sysrq-trigger.
  open func trigger(_ request: UInt8) {}
  open func appendHostName(to text: inout TextBuffer) {}
  /// A line a lock class: name, colon, acquisitions, contended ones, and TSC ticks waited.
  open func appendLockCounters(to text: inout TextBuffer) {}
}

/// One process at one moment. Times in clock ticks of 10 ms, as Linux shows them.
public struct ProcessDetails {
  public var pid: Int32 = 0
  /// Which thread this is about; the process itself when it is `pid`.
  public var thread: Int32 = 0
  public var parent: Int32 = 0
  public var group: Int32 = 0
  public var session: Int32 = 0
  /// tty_nr: the controlling terminal's device, and its foreground group; 0 and -1 without one.
  public var terminal = DeviceNumber(rawValue: 0)
  public var foregroundGroup: Int32 = -1
  /// R, S, D, T or Z.
  public var state = UInt8(ascii: "R")
  /// The name, NUL-terminated.
  public var name = InlineArray<16, UInt8>(repeating: 0)
  public var uid: UInt32 = 0
  public var euid: UInt32 = 0
  public var suid: UInt32 = 0
  public var fsuid: UInt32 = 0
  public var gid: UInt32 = 0
  public var egid: UInt32 = 0
  public var sgid: UInt32 = 0
  public var fsgid: UInt32 = 0
  public var groups: [UInt32] = []
  public var umask: UInt32 = 0o022
  public var userTicks: UInt64 = 0
  public var systemTicks: UInt64 = 0
  public var childUserTicks: UInt64 = 0
  public var childSystemTicks: UInt64 = 0
  public var startTicks: UInt64 = 0
  public var nice: Int = 0
  public var threadCount = 1
  public var minorFaults: UInt64 = 0
  public var majorFaults: UInt64 = 0
  public var virtualBytes: UInt64 = 0
  public var residentPages: UInt64 = 0
  public var pendingSignals: UInt64 = 0
  public var blockedSignals: UInt64 = 0
  public var ignoredSignals: UInt64 = 0
  public var caughtSignals: UInt64 = 0
  public var exitSignal: Int32 = 17
  public var processor: Int32 = 0
  public var stackStart: UInt64 = 0
  public var openFileSlots = 0
  public var voluntarySwitches: UInt64 = 0
  public var involuntarySwitches: UInt64 = 0

  public init() {}
}

/// One area of memory.
public struct MappingDetails {
  public enum Kind: Sendable {
    case anonymous
    case heap
    case stack
    case vdso
  }

  public var start: UInt64 = 0
  public var end: UInt64 = 0
  public var isReadable = false
  public var isWritable = false
  public var isExecutable = false
  public var isShared = false
  public var offset: UInt64 = 0
  public var inode: Inode?
  public var kind = Kind.anonymous

  public init() {}
}

/// What one CPU has spent its time on, in ticks of 10 ms.
public struct ProcessorTimes {
  public var user: UInt64 = 0
  public var system: UInt64 = 0
  public var idle: UInt64 = 0

  public init(user: UInt64 = 0, system: UInt64 = 0, idle: UInt64 = 0) {
    self.user = user
    self.system = system
    self.idle = idle
  }

  mutating func add(_ other: ProcessorTimes) {
    user &+= other.user
    system &+= other.system
    idle &+= other.idle
  }
}

/// The machine at one moment. Memory in bytes, times in ticks of 10 ms.
public struct SystemDetails {
  public var totalBytes: UInt64 = 0
  public var freeBytes: UInt64 = 0
  public var slabBytes: UInt64 = 0
  public var uptimeTicks: UInt64 = 0
  public var times: InlineArray<8, ProcessorTimes> = InlineArray(repeating: ProcessorTimes())
  public var bootSeconds: UInt64 = 0
  public var cpuCount = 1
  public var contextSwitches: UInt64 = 0
  public var interrupts: UInt64 = 0
  public var forks: UInt64 = 0
  public var running = 1
  public var processes = 1
  public var lastPID: Int32 = 1
  /// Averages of 1, 5 and 15 minutes, times 100.
  public var load1: UInt64 = 0
  public var load5: UInt64 = 0
  public var load15: UInt64 = 0
  public var cpuMegahertz: UInt64 = 1000
  public var release: StaticString = "6.1.0-apus"
  public var version: StaticString = "#1 SMP Apus"
  public var cpuVendor: StaticString = "Apus"
  public var cpuModel: StaticString = "x86_64"

  /// All CPUs together.
  var total: ProcessorTimes {
    var sum = ProcessorTimes()
    for cpu in 0..<cpuCount { sum.add(times[cpu]) }
    return sum
  }

  public init() {}
}
