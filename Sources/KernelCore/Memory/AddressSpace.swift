// The user half of one process's memory: areas (what should be there) and a page table (what is).
//
// Invariants: areas are sorted, page-aligned and do not overlap; every present user page lies in an area; a page shared
// between address spaces or with a file is mapped writable only in a shared area. Pages come on demand (Fault.swift),
// fork shares them copy-on-write (Copy.swift).
// Lock: `address_space`, never held across user copy; the inode and frame locks are taken inside it.

import CMachine
import LinuxABI
import Synchronization

public final class AddressSpace {
  public let lock = SpinLock<Locks.AddressSpace>()
  public let table: PageTable
  public var areas: [Area] = []
  /// The heap: [heapStart, heapEnd), heapEnd not page-aligned.
  public var heapStart: UInt = 0
  public var heapEnd: UInt = 0
  /// Highest address mmap may choose.
  public var mapTop: UInt = AddressSpace.stackTop - AddressSpace.stackLimit - 0x10_0000
  /// User pages mapped now.
  public var residentCount = 0
  /// CPUs whose table this is, a bit each; see Flush.swift.
  let activeCPUs = Atomic<UInt32>(0)
  /// RLIMIT_AS and RLIMIT_STACK, in bytes.
  public var sizeLimit = UInt.max
  /// RLIMIT_DATA: most bytes of private writable memory.
  public var dataLimit = UInt.max
  public var stackSizeLimit = AddressSpace.stackLimit

  /// Puts the kernel's entries into a new root. Set at boot, by whoever owns the kernel's map.
  nonisolated(unsafe) public static var copyKernelEntries: (PageTable) -> Void = { _ in }

  public static let stackTop: UInt = UserMemory.end - 0x1000
  public static let stackLimit: UInt = 8 << 20
  private static let stackGuard: UInt = 256 * 4096

  /// An empty address space.
  /// - Throws: ENOMEM.
  public init() throws(Errno) {
    guard !KernelHeap.isLow else { throw .ENOMEM }
    table = try PageTable()
    Self.copyKernelEntries(table)
  }

  deinit {
    if apus_key_process() { countUntouched() }
    for area in areas { releasePages(area.start, area.end) }
    table.free()
  }

  // MARK: Areas. Lock held by the caller, unless nobody else can see this address space yet.

  /// Index of the first area that ends after `address`.
  public func indexOfArea(endingAfter address: UInt) -> Int {
    var low = 0
    var high = areas.count
    while low < high {
      let middle = (low + high) / 2
      if areas[middle].end > address { high = middle } else { low = middle + 1 }
    }
    return low
  }

  public func area(at address: UInt) -> Int? {
    let index = indexOfArea(endingAfter: address)
    return index < areas.count && areas[index].start <= address ? index : nil
  }

  public func isFree(_ start: UInt, _ end: UInt) -> Bool {
    let index = indexOfArea(endingAfter: start)
    return index == areas.count || areas[index].start >= end
  }

  /// Adds an area in free space, merging it with its neighbours where they are alike.
  public func insert(_ area: Area) {
    let index = indexOfArea(endingAfter: area.start)
    if index > 0, areas[index - 1].canMerge(with: area) {
      areas[index - 1].end = area.end
      if index < areas.count, areas[index - 1].canMerge(with: areas[index]) {
        areas[index - 1].end = areas[index].end
        areas.remove(at: index)
      }
    } else if index < areas.count, area.canMerge(with: areas[index]) {
      areas[index].start = area.start
    } else {
      areas.insert(area, at: index)
    }
  }

  /// Makes `address` the border of two areas, if it lies inside one.
  public func split(at address: UInt) {
    guard let index = area(at: address), areas[index].start < address else { return }
    var upper = areas[index]
    upper.offset += UInt64(address - upper.start)
    upper.start = address
    areas[index].end = address
    areas.insert(upper, at: index + 1)
  }

  /// Unmaps [start, end): areas and pages.
  public func remove(_ start: UInt, _ end: UInt) {
    let first = indexOfArea(endingAfter: start)
    guard first < areas.count, areas[first].start < end else { return }
    split(at: start)
    split(at: end)
    let from = indexOfArea(endingAfter: start)
    var to = from
    while to < areas.count, areas[to].start < end {
      releasePages(areas[to].start, areas[to].end)
      to += 1
    }
    areas.removeSubrange(from..<to)
  }

  /// The highest free range of `length` bytes below `mapTop`.
  public func findFree(_ length: UInt) -> UInt? {
    var top = mapTop
    var index = indexOfArea(endingAfter: top)
    if index < areas.count, areas[index].start < top { top = areas[index].start }
    while true {
      let floor = index > 0 ? areas[index - 1].end : UserMemory.start + 0xf000
      if top >= floor, top - floor >= length { return top - length }
      guard index > 0 else { return nil }
      index -= 1
      top = min(top, areas[index].start)
    }
  }

  /// Extends the stack down to `address`, if that is within its limit and clear of its neighbour.
  public func growStack(to address: UInt) -> Int? {
    let index = indexOfArea(endingAfter: address)
    guard index < areas.count, areas[index].growsDown else { return nil }
    let start = address & ~4095
    let lowest = areas[index].end - min(stackSizeLimit & ~4095, areas[index].end)
    let neighbour = index > 0 ? areas[index - 1].end &+ Self.stackGuard : 0
    guard start >= lowest, start >= neighbour, hasRoom(for: areas[index].start - start, of: areas[index]) else {
      return nil
    }
    areas[index].start = start
    return index
  }

  /// Bytes of all areas.
  public var size: UInt { areas.reduce(0) { $0 + ($1.end - $1.start) } }

  /// Whether the limits allow so much more, of memory like `area`.
  public func hasRoom(for more: UInt, of area: Area) -> Bool {
    if sizeLimit == .max, dataLimit == .max { return true }
    let (sum, overflow) = size.addingReportingOverflow(more)
    guard !overflow, sum <= sizeLimit else { return false }
    guard area.isData else { return true }
    return areas.reduce(more) { $0 + ($1.isData ? $1.end - $1.start : 0) } <= dataLimit
  }

  // MARK: Pages

  /// Unmaps and releases the pages of [start, end).
  public func releasePages(_ start: UInt, _ end: UInt) {
    if Self.isMultiprocessor { return releaseSharedPages(start, end) }
    var count = 0
    table.forEachPage(start, end) { address, entry in
      let frame = entry.pointee.frame
      entry.pointee = .empty
      apus_invlpg(UInt64(address))
      Frames.release(frame)
      count += 1
    }
    residentCount -= count
  }

  /// The same while other CPUs may use the table.
  private func releaseSharedPages(_ start: UInt, _ end: UInt) {
    var count = 0
    var batch = FrameBatch(of: self)
    table.forEachPage(start, end) { address, entry in
      let frame = entry.pointee.frame
      entry.pointee = .empty
      apus_invlpg(UInt64(address))
      batch.add(frame)
      count += 1
    }
    batch.release()
    residentCount -= count
  }
}

/// The address spaces of all processes: for a file that shrinks under its mappings.
///
/// Asked of whoever keeps the processes, and held by references while they are used. A list of their own, that each
/// leaves when it ends, would be walked through objects that are ending: Swift retains what it touches, and such an
/// object would end twice.
public enum AddressSpaces {
  /// Every one that a process has, with a reference. Set at boot.
  nonisolated(unsafe) public static var all: () -> [AddressSpace] = { [] }

  /// Unmaps the pages of a file from byte `offset` on, which the file has no more, wherever they are mapped. Called
  /// without the inode's lock.
  static func unmap(_ inode: Inode, from offset: UInt64) {
    guard inode.isMapped else { return }
    for space in all() { space.lock.withLock { space.release(inode, from: offset) } }
  }
}

extension AddressSpace {
  fileprivate func release(_ inode: Inode, from offset: UInt64) {
    for area in areas where area.file?.inode === inode {
      let length = UInt64(area.end - area.start)
      guard area.offset + length > offset else { continue }
      let start = offset > area.offset ? area.start + UInt(offset - area.offset) : area.start
      releasePages(start, area.end)
    }
  }
}
