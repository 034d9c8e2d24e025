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

  public init(time: UInt64, node: UInt32, value: UInt64, thread: Thread) {
    self.time = time
    self.node = node
    self.value = value
    self.thread = thread
  }
}
