// Taking signals without a handler: rt_sigtimedwait(2).

import KernelCore
import LinuxABI

extension Syscalls {
  /// - Throws: EAGAIN when none came in time; EINTR when another signal's handler runs.
  static func sigtimedwait(
    _ caller: Thread, _ set: UserPointer<SignalSet>, _ info: UserPointer<SignalInfo>,
    _ timeout: UserPointer<Timespec>, _ size: UInt
  ) throws(Errno) -> Int {
    guard size == 8 else { throw .EINVAL }
    let wanted = SignalSet(bits: try set.load().bits & ~SignalSet.unstoppable.bits)
    var deadline: UInt64? = nil
    if !timeout.isNull {
      guard let time = try timeout.load().duration else { throw .EINVAL }
      deadline = Clock.monotonic().addingSaturated(time)
    }
    let found = try awaitSignal(caller, wanted, deadline)
    if !info.isNull { try info.store(found) }
    return Int(found.number)
  }

  private static func awaitSignal(
    _ caller: Thread, _ wanted: SignalSet, _ deadline: UInt64?
  ) throws(Errno) -> SignalInfo {
    if let found = takeSignal(caller, wanted) { return found }
    if let deadline, deadline <= Clock.monotonic() { throw .EAGAIN }
    let lock = caller.process.actions
    lock.lock.withLock { caller.awaited = wanted }
    defer { lock.lock.withLock { caller.awaited = SignalSet() } }
    do throws(Errno) {
      return try caller.sleep(deadline: deadline) { () throws(Errno) -> SignalInfo? in takeSignal(caller, wanted) }
    } catch {
      switch error {
      case .ETIMEDOUT: throw .EAGAIN
      case .restart: throw .EINTR
      default: throw error
      }
    }
  }

  /// The lowest pending signal of a set.
  static func takeSignal(_ caller: Thread, _ wanted: SignalSet) -> SignalInfo? {
    let process = caller.process
    return process.actions.lock.withLock {
      let ready = SignalSet(bits: (caller.pending.set.bits | process.pending.set.bits) & wanted.bits)
      return ready.first.map { SignalDelivery.take($0, for: caller) }
    }
  }
}
