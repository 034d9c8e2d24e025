// epoll(7), eventfd(2), timerfd(2) and signalfd(2).

/// Events and flags of struct epoll_event.
public struct EpollEvents: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static var exclusive: EpollEvents { EpollEvents(rawValue: 1 << 28) }
  public static var wakeUp: EpollEvents { EpollEvents(rawValue: 1 << 29) }
  public static var oneShot: EpollEvents { EpollEvents(rawValue: 1 << 30) }
  public static var edge: EpollEvents { EpollEvents(rawValue: 1 << 31) }

  /// Those that poll knows too.
  @inlinable public var pollEvents: PollEvents { PollEvents(rawValue: UInt16(truncatingIfNeeded: rawValue)) }
}

/// struct epoll_event, which is packed on x86_64: 12 bytes, events and then the program's own word.
public struct EpollEvent: BitwiseCopyable, Sendable {
  private var words: (UInt32, UInt32, UInt32) = (0, 0, 0)

  public init() {}

  public init(_ events: EpollEvents, data: UInt64) {
    words = (events.rawValue, UInt32(truncatingIfNeeded: data), UInt32(truncatingIfNeeded: data >> 32))
  }

  public var events: EpollEvents { EpollEvents(rawValue: words.0) }
  public var data: UInt64 { UInt64(words.1) | UInt64(words.2) << 32 }
}

/// Commands of epoll_ctl(2).
public enum EpollControl {
  public static var add: Int32 { 1 }
  public static var delete: Int32 { 2 }
  public static var modify: Int32 { 3 }
}

/// EFD_SEMAPHORE; the other flags of these calls are O_NONBLOCK and O_CLOEXEC.
public var eventSemaphore: UInt32 { 1 }
