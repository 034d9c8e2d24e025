// What `perf script` text becomes: which events, and how much each frame's name says.

public struct PerfOptions: Sendable {
  /// The outermost frame also names the process.
  public var showsProcess = false
  /// ... and the thread.
  public var showsThread = false
  /// Frames without a symbol show their address.
  public var showsAddresses = false
  /// `_[k]` behind functions of the kernel.
  public var marksKernel = false
  /// `_[j]` behind functions that a just-in-time compiler made.
  public var marksJIT = false
  /// `_[i]` behind functions that perf says were inlined.
  public var marksInlined = false
  /// Only events of this name; nil: the first that comes.
  public var event: String?
  /// Every event; counts of different things are added up.
  public var takesAllEvents = false
  /// A stack counts once, and not as many as its event's period says.
  public var countsSamples = false

  public init() {}
}
