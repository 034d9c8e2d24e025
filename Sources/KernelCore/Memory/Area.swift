// One range of an address space with one set of rights and one source of pages.

import LinuxABI

/// Pages [start, end). Page-aligned, not empty.
public struct Area {
  public var start: UInt
  public var end: UInt
  public var protection: Protection
  public var isShared = false
  /// A stack: extends downwards on a fault just below it.
  public var growsDown = false
  public var isHeap = false
  /// Where pages come from; nil means zeros.
  public var file: OpenFile? = nil
  /// Offset in `file` of `start`, in bytes, page-aligned.
  public var offset: UInt64 = 0

  public init(
    start: UInt, end: UInt, protection: Protection, isShared: Bool = false, growsDown: Bool = false,
    isHeap: Bool = false, file: OpenFile? = nil, offset: UInt64 = 0
  ) {
    self.start = start
    self.end = end
    self.protection = protection
    self.isShared = isShared
    self.growsDown = growsDown
    self.isHeap = isHeap
    self.file = file
    self.offset = offset
  }

  /// Counts for RLIMIT_DATA: private and writable, and no stack.
  public var isData: Bool { protection.contains(.write) && !isShared && !growsDown }

  /// A shared mapping of a file that was not opened for writing, or is sealed, never becomes writable.
  public func mayHave(_ protection: Protection) -> Bool {
    guard protection.contains(.write), isShared, let file else { return true }
    return file.flags.isWritable && file.inode.seals.isDisjoint(with: [.write, .futureWrite])
  }

  public var count: Int { Int(end - start) / pageSize }

  /// True when `next`, which starts where this ends, can become part of this.
  public func canMerge(with next: Area) -> Bool {
    end == next.start && protection == next.protection && file == nil && next.file == nil
      && isShared == next.isShared && !growsDown && !next.growsDown && isHeap == next.isHeap
  }

  /// The entry bits of a page with these rights.
  public func entryBits(writable: Bool) -> UInt64 {
    var bits = PageEntry.present | PageEntry.user
    if writable { bits |= PageEntry.writable }
    if !protection.contains(.execute) { bits |= PageEntry.noExecute }
    return bits
  }
}
