// The signal mask that ppoll and pselect6 hold while they wait.

import KernelCore
import LinuxABI

extension Syscalls {
  /// Takes the mask at `address`, if there is one. Returns true when it did; the old one is in `savedMask`.
  static func exchangeMask(_ caller: Thread, _ address: UInt, _ size: UInt) throws(Errno) -> Bool {
    guard address != 0 else { return false }
    guard size == 8 else { throw .EINVAL }
    let mask = try UserPointer<SignalSet>(address).load()
    caller.savedMask = caller.mask
    caller.setMask(mask)
    return true
  }

  /// The wait ended without a signal: the old mask comes back at once. After a signal, its delivery brings it back.
  static func restoreMask(_ caller: Thread) {
    guard let old = caller.savedMask else { return }
    caller.savedMask = nil
    caller.setMask(old)
  }
}
