// One range of an address space with one set of rights and one source of pages.

import KernelCore
import LinuxABI

/// PROT_ flags of mmap(2).
struct Protection: OptionSet {
  let rawValue: Int32
  static let read = Protection(rawValue: 1)
  static let write = Protection(rawValue: 2)
  static let execute = Protection(rawValue: 4)
  static let all: Protection = [.read, .write, .execute]
  static let growsDown = Protection(rawValue: 0x0100_0000)
  static let growsUp = Protection(rawValue: 0x0200_0000)
}

/// MAP_ flags of mmap(2).
struct MapFlags: OptionSet {
  let rawValue: Int32
  static let shared = MapFlags(rawValue: 1)
  static let `private` = MapFlags(rawValue: 2)
  static let sharedValidate = MapFlags(rawValue: 3)
  static let typeMask: Int32 = 0x0f
  static let fixed = MapFlags(rawValue: 0x10)
  static let anonymous = MapFlags(rawValue: 0x20)
  static let growsDown = MapFlags(rawValue: 0x0100)
  static let populate = MapFlags(rawValue: 0x8000)
  static let fixedNoReplace = MapFlags(rawValue: 0x10_0000)
}

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
  var file: Inode? = nil
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
