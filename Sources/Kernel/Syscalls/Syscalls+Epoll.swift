// epoll_create1(2), epoll_ctl(2), epoll_wait(2), eventfd2(2).

import KernelCore
import LinuxABI

extension Syscalls {
  private static let maximumEvents = Int(Int32.max) / MemoryLayout<EpollEvent>.size
  /// What one call reports at most; the next call goes on.
  private static let eventsAtOnce = 1024

  static func epollCreate(_ caller: Thread, size: Int32) throws(Errno) -> Int {
    guard size > 0 else { throw .EINVAL }
    return try epollCreate1(caller, 0)
  }

  static func epollCreate1(_ caller: Thread, _ flags: UInt32) throws(Errno) -> Int {
    let flags = OpenFlags(rawValue: flags)
    guard flags.isSubset(of: .closeOnExec) else { throw .EINVAL }
    return Int(try caller.process.files.install(Epoll([]), closeOnExec: flags.contains(.closeOnExec)))
  }

  static func epollControl(
    _ caller: Thread, _ descriptor: Int32, _ command: Int32, _ target: Int32, _ event: UserPointer<EpollEvent>
  ) throws(Errno) -> Int {
    let wanted = command == EpollControl.delete ? EpollEvent() : try event.load()
    let epoll = try caller.process.files.retained(descriptor)
    let file = try caller.process.files.retained(target)
    guard !file.flags.contains(.path), !epoll.flags.contains(.path) else { throw .EBADF }
    guard file.readQueue != nil || file.writeQueue != nil else { throw .EPERM }
    guard let epoll = epoll as? Epoll, file !== epoll else { throw .EINVAL }
    switch command {
    case EpollControl.add:
      if wanted.events.contains(.exclusive) {
        let allowed: UInt32 = 0x2000_001d | EpollEvents.exclusive.rawValue | EpollEvents.edge.rawValue
        guard wanted.events.rawValue & ~allowed == 0, !(file is Epoll) else { throw .EINVAL }
      }
      try epoll.add(file, target, wanted)
    case EpollControl.modify:
      guard !wanted.events.contains(.exclusive) else { throw .EINVAL }
      try epoll.modify(file, target, wanted)
    case EpollControl.delete: try epoll.remove(file, target)
    default: throw .EINVAL
    }
    return 0
  }

  static func epollWait(
    _ caller: Thread, _ descriptor: Int32, _ events: UInt, _ limit: Int32, _ milliseconds: Int32
  ) throws(Errno) -> Int {
    return try epollWait(caller, descriptor, events, limit, deadline: deadline(milliseconds))
  }

  /// nil for ever; a call that only asks needs no clock.
  private static func deadline(_ milliseconds: Int32) -> UInt64? {
    if milliseconds == 0 { return 0 }
    return milliseconds < 0 ? nil : Clock.monotonic().addingSaturated(UInt64(milliseconds) * 1_000_000)
  }

  /// epoll_pwait(2): with another signal mask.
  static func epollPwait(
    _ caller: Thread, _ descriptor: Int32, _ events: UInt, _ limit: Int32, _ milliseconds: Int32, _ mask: UInt,
    _ maskSize: UInt
  ) throws(Errno) -> Int {
    let deadline = deadline(milliseconds)
    return try withMask(caller, mask, maskSize) { () throws(Errno) in
      try epollWait(caller, descriptor, events, limit, deadline: deadline)
    }
  }

  /// epoll_pwait2(2): with a time-out in nanoseconds.
  static func epollPwait2(
    _ caller: Thread, _ descriptor: Int32, _ events: UInt, _ limit: Int32, _ timeout: UserPointer<Timespec>,
    _ mask: UInt, _ maskSize: UInt
  ) throws(Errno) -> Int {
    var deadline: UInt64? = nil
    if !timeout.isNull {
      guard let time = try timeout.load().duration else { throw .EINVAL }
      deadline = Clock.monotonic().addingSaturated(time)
    }
    return try withMask(caller, mask, maskSize) { () throws(Errno) in
      try epollWait(caller, descriptor, events, limit, deadline: deadline)
    }
  }

  private static func withMask(
    _ caller: Thread, _ mask: UInt, _ size: UInt, _ body: () throws(Errno) -> Int
  ) throws(Errno) -> Int {
    let isMasked = try exchangeMask(caller, mask, size)
    do throws(Errno) {
      let result = try body()
      if isMasked { restoreMask(caller) }
      return result
    } catch {
      if isMasked, error != .EINTR { restoreMask(caller) }
      throw error
    }
  }

  private static func epollWait(
    _ caller: Thread, _ descriptor: Int32, _ events: UInt, _ limit: Int32, deadline: UInt64?
  ) throws(Errno) -> Int {
    guard limit > 0, Int(limit) <= maximumEvents else { throw .EINVAL }
    try UserMemory.check(events, Int(limit) * MemoryLayout<EpollEvent>.size)
    return try caller.withFile(descriptor) { (file: OpenFile) throws(Errno) in
      guard let epoll = file as? Epoll else { throw .EINVAL }
      if deadline == 0, epoll.isQuiet { return 0 }
      return try collect(caller, epoll, events, limit, deadline)
    }
  }

  private static func collect(
    _ caller: Thread, _ epoll: Epoll, _ events: UInt, _ limit: Int32, _ deadline: UInt64?
  ) throws(Errno) -> Int {
    let room = min(Int(limit), eventsAtOnce)
    let buffer = try RawMemory.allocate(EpollEvent.self, count: room)
    defer { RawMemory.free(buffer) }
    let count = try wait(caller, epoll, buffer, room, deadline)
    try UserMemory.copyOut(buffer, to: events, count: count * MemoryLayout<EpollEvent>.size)
    return count
  }

  /// A signal always ends the wait: epoll_wait is never restarted (signal(7)).
  private static func wait(
    _ caller: Thread, _ epoll: Epoll, _ buffer: UnsafeMutablePointer<EpollEvent>, _ room: Int, _ deadline: UInt64?
  ) throws(Errno) -> Int {
    let found = epoll.collect(into: buffer, limit: room)
    if found > 0 { return found }
    if let deadline, deadline <= Clock.monotonic() { return 0 }
    do throws(Errno) {
      return try caller.sleep(on: epoll.readQueue!, deadline: deadline) { () throws(Errno) -> Int? in
        let found = epoll.collect(into: buffer, limit: room)
        return found > 0 ? found : nil
      }
    } catch {
      switch error {
      case .ETIMEDOUT: return 0
      case .restart: throw .EINTR
      default: throw error
      }
    }
  }

  static func eventfd(_ caller: Thread, _ count: UInt32, _ flags: UInt32) throws(Errno) -> Int {
    let isSemaphore = flags & eventSemaphore != 0
    let flags = OpenFlags(rawValue: flags & ~eventSemaphore)
    guard flags.isSubset(of: [.closeOnExec, .nonBlocking]) else { throw .EINVAL }
    let file = EventFile(count: UInt64(count), isSemaphore: isSemaphore, flags: flags.intersection(.nonBlocking))
    return Int(try caller.process.files.install(file, closeOnExec: flags.contains(.closeOnExec)))
  }
}
