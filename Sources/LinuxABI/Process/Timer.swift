// Timers: struct itimerval, itimerspec and sigevent.

/// struct itimerval: interval, then what is left.
public struct IntervalTimeval: BitwiseCopyable, Sendable {
  public var interval = Timeval()
  public var value = Timeval()

  public init() {}
}

/// struct itimerspec.
public struct IntervalTimespec: BitwiseCopyable, Sendable {
  public var interval = Timespec()
  public var value = Timespec()

  public init() {}

  /// In nanoseconds.
  public init(interval: UInt64, value: UInt64) {
    self.interval = Timespec(totalNanoseconds: interval)
    self.value = Timespec(totalNanoseconds: value)
  }
}

/// struct sigevent: 64 bytes.
public struct SignalEvent: BitwiseCopyable, Sendable {
  public var value: UInt64 = 0
  public var signal: Int32 = 0
  public var notify: Int32 = 0
  /// SIGEV_THREAD_ID: which thread.
  public var thread: Int32 = 0
  private var rest: InlineArray<11, Int32> = InlineArray(repeating: 0)

  public init() {}

  public static var bySignal: Int32 { 0 }
  public static var none: Int32 { 1 }
  public static var byThread: Int32 { 2 }
  public static var toThread: Int32 { 4 }
}

/// TIMER_ABSTIME.
public var timerAbsolute: Int32 { 1 }
