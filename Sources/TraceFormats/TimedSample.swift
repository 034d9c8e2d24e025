// A stack at a time: what flame charts, heat maps and the formats with a time axis need.

public struct TimedSample: Sendable {
  public struct Thread: Sendable, Hashable {
    public var process: UInt64 = 0
    public var thread: UInt64 = 0
    public var name = ""
    public init() {}
    public init(process: UInt64, thread: UInt64, name: String) {
      self.process = process
      self.thread = thread
      self.name = name
    }
  }

  /// Nanoseconds from a beginning that is the same for all samples of a profile.
  public var time: UInt64
  /// The node of the profile's stacks at which this stack ends.
  public var node: UInt32
  public var value: UInt64
  public var thread: Thread
  /// Where it ran; nil when the input does not say.
  public var cpu: UInt32?

  public init(time: UInt64, node: UInt32, value: UInt64, thread: Thread, cpu: UInt32? = nil) {
    self.time = time
    self.node = node
    self.value = value
    self.thread = thread
    self.cpu = cpu
  }
}

/// Something that began and ended: what the formats with slices show as it was. Spans of one thread nest.
public struct TimedSpan: Sendable {
  /// Number of the name in the profile's stacks.
  public var name: UInt32
  /// Nanoseconds, from the same beginning as the samples' times.
  public var start: UInt64
  public var end: UInt64
  public var thread: TimedSample.Thread

  public init(name: UInt32, start: UInt64, end: UInt64, thread: TimedSample.Thread) {
    (self.name, self.start, self.end, self.thread) = (name, start, end, thread)
  }
}

extension TimedSample.Thread {
  /// No process has this number on Linux, where they end at 2^22: its threads are the CPUs, and run threads.
  public static let cpuProcess: UInt64 = 1 << 22
  public static func cpu(_ number: UInt64) -> Self { Self(process: cpuProcess, thread: number, name: "CPU \(number)") }
  public var isCPU: Bool { process == Self.cpuProcess }
}
