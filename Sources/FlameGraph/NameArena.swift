// Names, each kept once, known by number.
//
// All bytes lie in one array and the table holds numbers only, so a million names cost no million objects. A name is
// valid UTF-8: what is not is repaired when it comes in. Number 0 is the first name that was added.
import Glibc

package struct NameArena: Sendable {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  private var hashes: [UInt32] = []
  /// Open addressing; a slot holds the name's number plus one, 0 when it is free.
  private var slots = [UInt32](repeating: 0, count: 64)

  private var isReserved: Set<UInt32> = []
  /// How often a name came that was no UTF-8.
  private(set) var repairs = 0

  package var count: Int { ends.count }

  package init() {}

  mutating func intern(_ name: String) -> UInt32 {
    var name = name
    return name.withUTF8 { intern($0) }
  }

  package mutating func intern(_ name: UnsafeBufferPointer<UInt8>) -> UInt32 {
    let hash = UInt32(truncatingIfNeeded: ByteHash.hash(name) >> 32)
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let id = slots[slot] - 1
      if hashes[Int(id)] == hash, isEqual(id, name) { return id }
      slot = (slot + 1) & (slots.count - 1)
    }
    guard String(validating: name, as: UTF8.self) != nil else {
      repairs += 1
      return intern(String(decoding: name, as: UTF8.self))
    }
    return insert(name, hash, at: slot)
  }

  /// A number that no name that comes in can have.
  mutating func reserve(_ label: StaticString) -> UInt32 {
    label.withUTF8Buffer { bytes.append(contentsOf: $0) }
    ends.append(bytes.count)
    hashes.append(0)
    isReserved.insert(UInt32(ends.count - 1))
    return UInt32(ends.count - 1)
  }

  func string(_ id: UInt32) -> String { String(decoding: utf8(id), as: UTF8.self) }

  func utf8(_ id: UInt32) -> ArraySlice<UInt8> { bytes[range(id)] }

  /// FNV-1a: the same on every machine and in every run, for colours are chosen by it.
  static func stableHash(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var hash: UInt32 = 0x811c_9dc5
    for byte in bytes { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return hash
  }

  private func range(_ id: UInt32) -> Range<Int> { (id == 0 ? 0 : ends[Int(id) - 1])..<ends[Int(id)] }

  private func isEqual(_ id: UInt32, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
    let range = range(id)
    guard range.count == name.count else { return false }
    guard let base = name.baseAddress else { return true }
    return bytes.withUnsafeBufferPointer { memcmp($0.baseAddress! + range.lowerBound, base, name.count) == 0 }
  }

  private mutating func insert(_ name: UnsafeBufferPointer<UInt8>, _ hash: UInt32, at slot: Int) -> UInt32 {
    bytes.append(contentsOf: name)
    ends.append(bytes.count)
    hashes.append(hash)
    slots[slot] = UInt32(ends.count)
    if ends.count * 2 > slots.count { grow() }
    return UInt32(ends.count - 1)
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for (id, hash) in hashes.enumerated() where !isReserved.contains(UInt32(id)) {
      var slot = Int(hash) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(id + 1)
    }
  }
}
