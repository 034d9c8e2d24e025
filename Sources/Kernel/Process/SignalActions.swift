// What a process does about each signal. Shared by the threads of a process (and by CLONE_SIGHAND).
// Lock: `signals`, which also guards the pending sets of the process and its threads.

import CMachine
import KernelCore
import LinuxABI

final class SignalActions {
  let lock = SpinLock<Locks.Signals>()
  /// Woken by every signal that is sent: signalfds wait here.
  let signalQueue = WaitQueue()
  private let actions: UnsafeMutablePointer<SignalAction>

  init() {
    actions = .allocate(capacity: 64)
    actions.initialize(repeating: SignalAction(), count: 64)
  }

  /// A copy, for fork.
  init(copying other: SignalActions) {
    actions = .allocate(capacity: 64)
    actions.initialize(from: other.actions, count: 64)
  }

  deinit { actions.deallocate() }

  /// What legacy=sigaction-two-locks does first: the old action under a lock of its own.
  @inline(never)
  func touchLock() {
    lock.acquire()
    lock.release()
  }

  subscript(signal: Signal) -> SignalAction {
    get { actions[Int(signal.rawValue) - 1] }
    set { actions[Int(signal.rawValue) - 1] = newValue }
  }

  /// exec: handlers are gone with the old program, ignored signals stay ignored.
  func resetHandlers() {
    for index in 0..<64 where !actions[index].isIgnored { actions[index] = SignalAction() }
  }

  /// CLONE_CLEAR_SIGHAND: as exec.
  func resetToDefault() { resetHandlers() }

  /// True when sending `signal` would have no effect.
  func ignores(_ signal: Signal) -> Bool {
    let action = self[signal]
    return action.isIgnored || action.isDefault && signal.defaultAction == .ignore
  }
}
