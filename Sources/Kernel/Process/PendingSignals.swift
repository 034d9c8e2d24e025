// Signals that have been sent and not yet delivered, of a thread or of a process. Lock: the process's `signals`.

import KernelCore
import LinuxABI

struct PendingSignals {
  private(set) var set = SignalSet()
  /// What is known of each; standard signals are kept once, real-time ones (32…64) queue, as many as RLIMIT_SIGPENDING
  /// allows and 256 at most.
  private var infos: [SignalInfo] = []

  /// Returns false when a real-time signal finds the queue full.
  mutating func add(_ info: SignalInfo, limit: UInt64) -> Bool {
    let isRealTime = info.number >= 32
    if set.contains(info.signal), !isRealTime { return true }
    guard infos.count < 256, !isRealTime || infos.count < limit, !KernelHeap.isLow || infos.isEmpty else {
      return false
    }
    set.insert(info.signal)
    infos.append(info)
    return true
  }

  /// Takes the oldest entry of `signal`.
  mutating func take(_ signal: Signal) -> SignalInfo {
    var found: SignalInfo? = nil
    var index = 0
    var remaining = 0
    while index < infos.count {
      if infos[index].number == signal.rawValue {
        if found == nil {
          found = infos.remove(at: index)
          continue
        }
        remaining += 1
      }
      index += 1
    }
    if remaining == 0 { set.remove(signal) }
    return found ?? SignalInfo(signal, code: SignalInfo.kernel)
  }

  mutating func discard(_ signals: SignalSet) {
    guard set.bits & signals.bits != 0 else { return }
    set.bits &= ~signals.bits
    infos.removeAll { signals.contains($0.signal) }
  }
}
