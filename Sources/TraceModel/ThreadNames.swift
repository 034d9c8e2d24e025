// Threads by tid, as the kernel's table last named them. Dead ones are forgotten when there are too many.

/// What is known of one thread.
public struct ThreadInfo: Sendable, Equatable {
  public var tid: UInt32
  public var pid: UInt32
  public var name: String
  public var isAlive: Bool

  public init(tid: UInt32, pid: UInt32, name: String, isAlive: Bool) {
    self.tid = tid
    self.pid = pid
    self.name = name
    self.isAlive = isAlive
  }
}

public struct ThreadNames: Sendable {
  static let limit = 8192

  public private(set) var threads: [UInt32: ThreadInfo] = [:]
  private var deadInOrder: [UInt32] = []

  /// The name of a thread for people: tid 0 is the idle thread of any CPU.
  public func name(_ tid: UInt32) -> String { threads[tid]?.name ?? (tid == 0 ? "idle" : "[unnamed]") }

  mutating func update(_ thread: ThreadInfo) {
    let wasAlive = threads[thread.tid]?.isAlive ?? true
    threads[thread.tid] = thread
    if wasAlive && !thread.isAlive { deadInOrder.append(thread.tid) }
    if deadInOrder.count > Self.limit { forgetOldest(Self.limit / 2) }
  }

  private mutating func forgetOldest(_ count: Int) {
    for tid in deadInOrder.prefix(count) where threads[tid]?.isAlive == false { threads[tid] = nil }
    deadInOrder.removeFirst(count)
  }
}
