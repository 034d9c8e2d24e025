// Locks that a thread holds when it ends (set_robust_list(2)): each is marked, so that the next one to take it learns of
// it. The list is the program's memory: it may be broken, endless or not there at all.

import CMachine
import KernelCore
import LinuxABI

enum RobustList {
  private static let tidMask: UInt32 = 0x3fff_ffff
  private static let ownerDied: UInt32 = 0x4000_0000
  private static let hasWaiters: UInt32 = 0x8000_0000
  /// As many entries as Linux follows (ROBUST_LIST_LIMIT).
  private static let limit = 2048

  /// Gives up every lock in the list of `thread`, which is the caller.
  static func giveUp(_ thread: Thread) {
    let head = thread.robustList
    guard head != 0 else { return }
    thread.robustList = 0
    do throws(Errno) {
      // next, the distance from an entry to its word, the entry that was being added or removed
      let words = try UserPointer<InlineArray<3, UInt>>(head).load()
      var entry = words[0]
      var count = 0
      while entry & ~1 != head, count < limit {
        let next = try UserPointer<UInt>(entry & ~1).load()
        if entry & ~1 != words[2] & ~1 { try release((entry & ~1) &+ words[1], thread, isPending: false) }
        entry = next
        count += 1
      }
      if words[2] & ~1 != 0 { try release((words[2] & ~1) &+ words[1], thread, isPending: true) }
    } catch {}
  }

  private static func release(_ address: UInt, _ thread: Thread, isPending: Bool) throws(Errno) {
    let word = try FutexWord(address, isPrivate: false, thread)
    let tid = UInt32(bitPattern: thread.tid)
    let old = try word.update { $0 & tidMask == tid ? $0 & hasWaiters | ownerDied : $0 }
    let wasMine = old & tidMask == tid
    // An owner that died between its unlock and its wake-up owes one.
    if wasMine && old & hasWaiters != 0 || isPending && old == 0 {
      _ = try Futex.wake(word, count: 1, bits: .max)
    }
  }
}

extension Thread {
  /// What a thread owes its program when it leaves its memory, at its end or by exec: robust locks, and the word that
  /// CLONE_CHILD_CLEARTID named, which tells whoever joins it.
  func settleWithMemory() {
    RobustList.giveUp(self)
    guard clearTIDAddress != 0 else { return }
    let address = clearTIDAddress
    clearTIDAddress = 0
    do throws(Errno) {
      try UserMemory.check(address, 4)
      _ = apus_user_store_word(UnsafeMutablePointer(bitPattern: address), 0)
      _ = try Futex.wake(try FutexWord(address, isPrivate: false, self), count: 1, bits: .max)
    } catch {}
  }
}
