// One range of an address space with one set of rights and one source of pages.

import KernelCore
import LinuxABI

/// Pages [start, end). Page-aligned, not empty.
struct Area {
  var start: UInt
  var end: UInt
  var protection: Protection
  var isShared = false
  /// A stack: extends downwards on a fault just below it.
  var growsDown = false
  var isHeap = false
  /// Where pages come from; nil means zeros.
  var file: OpenFile? = nil
  /// Offset in `file` of `start`, in bytes, page-aligned.
  var offset: UInt64 = 0

  var count: Int { Int(end - start) / pageSize }

  /// True when `next`, which starts where this ends, can become part of this.
  func canMerge(with next: Area) -> Bool {
    end == next.start && protection == next.protection && file == nil && next.file == nil
      && isShared == next.isShared && !growsDown && !next.growsDown && isHeap == next.isHeap
  }

  /// The entry bits of a page with these rights.
  func entryBits(writable: Bool) -> UInt64 {
    var bits = PageEntry.present | PageEntry.user
    if writable { bits |= PageEntry.writable }
    if !protection.contains(.execute) { bits |= PageEntry.noExecute }
    return bits
  }
}
