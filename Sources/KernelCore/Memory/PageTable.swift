// Four-level page tables (Intel SDM volume 3, chapter 4). A `PageTable` is the root of one; entries are reached through
// the direct map. No lock here: the owner's `address_space` lock, or boot.

import CMachine
import LinuxABI

/// One entry of a page table of any level.
public struct PageEntry: Equatable {
  public var rawValue: UInt64

  public static let present: UInt64 = 1
  public static let writable: UInt64 = 1 << 1
  public static let user: UInt64 = 1 << 2
  public static let accessed: UInt64 = 1 << 5
  public static let dirty: UInt64 = 1 << 6
  public static let large: UInt64 = 1 << 7
  public static let global: UInt64 = 1 << 8
  public static let noExecute: UInt64 = 1 << 63
  private static let addressMask: UInt64 = 0x000f_ffff_ffff_f000

  @inline(__always)
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  @inline(__always)
  public init(_ frame: FrameNumber, _ bits: UInt64) { rawValue = frame.address.rawValue | bits }

  public static let empty = PageEntry(rawValue: 0)

  @inline(__always)
  public var isPresent: Bool { rawValue & Self.present != 0 }

  @inline(__always)
  public var isWritable: Bool { rawValue & Self.writable != 0 }

  @inline(__always)
  public var frame: FrameNumber { PhysicalAddress(rawValue & Self.addressMask).frame }

  @inline(__always)
  public func with(_ bits: UInt64) -> PageEntry { PageEntry(rawValue: rawValue | bits) }

  @inline(__always)
  public func without(_ bits: UInt64) -> PageEntry { PageEntry(rawValue: rawValue & ~bits) }
}

public typealias PageEntries = UnsafeMutablePointer<PageEntry>

public struct PageTable {
  public let root: FrameNumber

  public init(root: FrameNumber) { self.root = root }

  /// An empty one for programs.
  /// - Throws: ENOMEM.
  public init() throws(Errno) {
    root = try Frames.allocateZeroed()
    Frames.startList(of: root)
  }

  @inline(__always)
  public var entries: PageEntries { root.pointer.assumingMemoryBound(to: PageEntry.self) }

  @inline(__always)
  private static func index(_ address: UInt, _ level: Int) -> Int { Int(address >> (12 + 9 * UInt(level))) & 511 }

  /// The entry that maps the 4 KiB page at `address`, or nil when a table on the way is missing.
  @inline(__always)
  public func entry(for address: UInt) -> PageEntries? {
    var table = entries
    var level = 3
    while level > 0 {
      let entry = table[Self.index(address, level)]
      guard entry.isPresent else { return nil }
      table = entry.frame.pointer.assumingMemoryBound(to: PageEntry.self)
      level -= 1
    }
    return table + Self.index(address, 0)
  }

  /// The same, with missing tables made.
  /// - Throws: ENOMEM.
  public func makeEntry(for address: UInt, bits: UInt64) throws(Errno) -> PageEntries {
    var table = entries
    var level = 3
    while level > 0 {
      let slot = table + Self.index(address, level)
      if !slot.pointee.isPresent {
        let table = try Frames.allocateZeroed()
        if bits & PageEntry.user != 0 { Frames.add(table, toListOf: root) }
        slot.pointee = PageEntry(table, PageEntry.present | PageEntry.writable | bits)
      }
      table = slot.pointee.frame.pointer.assumingMemoryBound(to: PageEntry.self)
      level -= 1
    }
    return table + Self.index(address, 0)
  }

  /// Calls `body` with the address and entry of every present page in [start, end), skipping absent tables.
  @inline(__always)
  public func forEachPage(_ start: UInt, _ end: UInt, _ body: (UInt, PageEntries) -> Void) {
    var address = start
    while address < end {
      guard let first = entry(for: address) else {
        address = nextTable(after: address)
        continue
      }
      let stop = min(end, (address & ~0x1f_ffff) &+ 0x20_0000)
      var entry = first
      while address < stop {
        if entry.pointee.isPresent { body(address, entry) }
        entry += 1
        address += 4096
      }
    }
  }

  /// The first address after `address` whose last-level table may exist.
  private func nextTable(after address: UInt) -> UInt {
    var table = entries
    var level = 3
    while level > 1 {
      let entry = table[Self.index(address, level)]
      guard entry.isPresent else { break }
      table = entry.frame.pointer.assumingMemoryBound(to: PageEntry.self)
      level -= 1
    }
    let span = UInt(1) << (12 + 9 * UInt(level))
    return (address & ~(span - 1)) &+ span
  }

  /// Frees the tables (not the pages) of programs, and the root: they stand in a list, so no table is searched.
  public func free() { Frames.releaseList(of: root) }
}
