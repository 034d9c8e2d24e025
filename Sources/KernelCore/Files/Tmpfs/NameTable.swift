// The entries of one directory: names to inodes.
//
// Slots stand in an array and keep their place while they live, so that a slot's index is a cookie that getdents can
// come back to; vacated slots are used again. A hash index of chained slots finds names. Owns one reference to each
// inode and the names' bytes. Guarded by the directory's lock; the owner calls `free`.

import LinuxABI

struct NameTable {
  private struct Slot {
    var inode: Unmanaged<Inode>?
    var name: UnsafeMutablePointer<UInt8>?
    var count: UInt32
    var hash: UInt32
    /// The next slot of the chain, or of the list of vacated slots.
    var next: UInt32
  }

  private static let none = UInt32.max
  private var slots: UnsafeMutablePointer<Slot>?
  private var buckets: UnsafeMutablePointer<UInt32>?
  private var capacity = 0
  /// One past the last slot ever used.
  private(set) var end = 0
  private(set) var count = 0
  private var vacated = NameTable.none

  /// The slot of `name`.
  @inline(__always)
  func find(_ name: Name) -> Int? {
    guard let slots, let buckets else { return nil }
    let hash = name.hash
    var index = buckets[Int(hash) & (capacity - 1)]
    while index != Self.none {
      let slot = slots + Int(index)
      if slot.pointee.hash == hash, Int(slot.pointee.count) == name.count,
        compareMemory(slot.pointee.name.unsafelyUnwrapped, name.base, name.count) == 0
      {
        return Int(index)
      }
      index = slot.pointee.next
    }
    return nil
  }

  /// The inode of an occupied slot, with a reference for the caller.
  @inline(__always)
  func inode(at index: Int) -> Inode {
    slots.unsafelyUnwrapped[index].inode.unsafelyUnwrapped.takeUnretainedValue()
  }

  func name(at index: Int) -> Name {
    let slot = slots.unsafelyUnwrapped[index]
    return Name(slot.name.unsafelyUnwrapped, count: Int(slot.count))
  }

  /// The first occupied slot from `index` on.
  func next(from index: Int) -> Int? {
    var index = index
    while index < end {
      if slots.unsafelyUnwrapped[index].inode != nil { return index }
      index += 1
    }
    return nil
  }

  /// The slot that holds `inode`: by search, for telling paths.
  func index(of inode: Inode) -> Int? {
    var next = self.next(from: 0)
    while let index = next {
      if slots.unsafelyUnwrapped[index].inode?.toOpaque() == Unmanaged.passUnretained(inode).toOpaque() { return index }
      next = self.next(from: index + 1)
    }
    return nil
  }

  /// Adds a name that is not there.
  /// - Throws: ENOMEM.
  mutating func insert(_ name: Name, _ inode: Inode) throws(Errno) {
    if vacated == Self.none && end == capacity { try grow() }
    let bytes = try RawMemory.allocate(UInt8.self, count: name.count)
    bytes.initialize(from: name.base, count: name.count)
    let index = takeSlot()
    slots.unsafelyUnwrapped[index] = Slot(
      inode: Unmanaged.passRetained(inode), name: bytes, count: UInt32(name.count), hash: name.hash, next: Self.none)
    chain(index)
    count += 1
  }

  /// Puts another inode under a name. Returns the old one.
  mutating func replace(at index: Int, with inode: Inode) -> Inode {
    let old = slots.unsafelyUnwrapped[index].inode.unsafelyUnwrapped
    slots.unsafelyUnwrapped[index].inode = Unmanaged.passRetained(inode)
    return old.takeRetainedValue()
  }

  /// Removes an entry. Returns its inode.
  @discardableResult
  mutating func remove(at index: Int) -> Inode {
    unchain(index)
    let slot = slots.unsafelyUnwrapped + index
    let inode = slot.pointee.inode.unsafelyUnwrapped
    RawMemory.free(slot.pointee.name.unsafelyUnwrapped)
    slot.pointee.inode = nil
    slot.pointee.name = nil
    slot.pointee.next = vacated
    vacated = UInt32(index)
    count -= 1
    return inode.takeRetainedValue()
  }

  /// Gives the memory back. The entries must have been removed.
  mutating func free() {
    if let slots { RawMemory.free(slots) }
    if let buckets { RawMemory.free(buckets) }
    self = NameTable()
  }

  private mutating func takeSlot() -> Int {
    guard vacated != Self.none else {
      end += 1
      return end - 1
    }
    let index = Int(vacated)
    vacated = slots.unsafelyUnwrapped[index].next
    return index
  }

  private func chain(_ index: Int) {
    let slot = slots.unsafelyUnwrapped + index
    let bucket = buckets.unsafelyUnwrapped + (Int(slot.pointee.hash) & (capacity - 1))
    slot.pointee.next = bucket.pointee
    bucket.pointee = UInt32(index)
  }

  private func unchain(_ index: Int) {
    let slots = slots.unsafelyUnwrapped
    let bucket = buckets.unsafelyUnwrapped + (Int(slots[index].hash) & (capacity - 1))
    guard bucket.pointee != UInt32(index) else {
      bucket.pointee = slots[index].next
      return
    }
    var previous = Int(bucket.pointee)
    while slots[previous].next != UInt32(index) { previous = Int(slots[previous].next) }
    slots[previous].next = slots[index].next
  }

  private mutating func grow() throws(Errno) {
    let larger = max(8, capacity * 2)
    let newSlots = try RawMemory.allocate(Slot.self, count: larger)
    let newBuckets: UnsafeMutablePointer<UInt32>
    do throws(Errno) {
      newBuckets = try RawMemory.allocate(UInt32.self, count: larger)
    } catch {
      RawMemory.free(newSlots)
      throw error
    }
    if let slots { newSlots.moveInitialize(from: slots, count: end) }
    newBuckets.initialize(repeating: Self.none, count: larger)
    if let slots { RawMemory.free(slots) }
    if let buckets { RawMemory.free(buckets) }
    (slots, buckets, capacity) = (newSlots, newBuckets, larger)
    for index in 0..<end { chain(index) }
  }
}
