// The tracer's part of a thread: who it is on the wire, and how long it has been off the CPU.
//
// The kernel embeds one in every thread. Only the running thread and the scheduler that switches it touch it, on the
// CPU where it runs, so there is no lock. All times are TSC ticks.

/// Identity and off-CPU time of one thread.
public struct ThreadTrace {
  /// The thread's id on the wire; at most 29 bits. 0 is the idle thread of any CPU.
  public var tid: UInt32
  /// Row in the thread table, or -1 when the table was full.
  public var slot: Int32
  /// Time spent switched out since the thread began.
  public var offCPU: UInt64
  /// When the thread was last switched out, 0 while it runs.
  public var switchedOutAt: UInt64
  /// Where the system call that is traced began; here and not in registers, which would have to be saved over it.
  public var callStart: UInt64 = 0
  /// The program it runs, by its number in the program table.
  public var program: UInt32 = 0
  /// Where that program's own code lies; words outside are no return addresses of it.
  public var codeStart: UInt64 = 0
  public var codeEnd: UInt64 = 0
  /// The process it belongs to, and the filter that it came under by who made it: see `TraceFilter`.
  public var pid: UInt32 = 0
  var follows: UInt32 = 0
  /// Time switched out since then.
  public var callOffCPU: UInt64 = 0

  /// A thread that is not running yet; `now` is when it became able to.
  @inline(__always)
  public init(tid: UInt32, slot: Int32 = -1, now: UInt64 = 0) {
    self.tid = tid
    self.slot = slot
    offCPU = 0
    switchedOutAt = now
  }
}

/// Where a span or system call began: keep it on the kernel stack until the end is recorded.
public struct SpanStart {
  public var tsc: UInt64
  public var offCPU: UInt64

  @inline(__always)
  public init(tsc: UInt64, thread: UnsafePointer<ThreadTrace>) {
    self.tsc = tsc
    offCPU = thread.pointee.offCPU
  }

  @inline(__always)
  public init(tsc: UInt64, offCPU: UInt64) {
    self.tsc = tsc
    self.offCPU = offCPU
  }
}
