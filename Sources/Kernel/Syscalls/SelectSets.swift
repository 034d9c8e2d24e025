// The three descriptor sets of select(2), turned into the entries of a poll and back.
//
// Owned by one call, which frees it.

import KernelCore
import LinuxABI

struct SelectSets {
  private let addresses: InlineArray<3, UInt>
  private let wordCount: Int
  /// Three bitmaps of `wordCount` words, one after the other.
  private let words: UnsafeMutablePointer<UInt64>
  let entries: UnsafeMutableBufferPointer<PollFD>

  /// Reads the sets of descriptors below `count`; a null address means an empty set.
  /// - Throws: EFAULT, ENOMEM.
  init(count: Int, _ reads: UInt, _ writes: UInt, _ exceptions: UInt) throws(Errno) {
    addresses = [reads, writes, exceptions]
    wordCount = (count + descriptorSetWordBits - 1) / descriptorSetWordBits
    words = try RawMemory.allocate(UInt64.self, count: wordCount * 3)
    words.initialize(repeating: 0, count: wordCount * 3)
    do throws(Errno) {
      for set in 0..<3 where addresses[set] != 0 {
        try UserMemory.copyIn(from: addresses[set], to: words + set * wordCount, count: wordCount * 8)
      }
      entries = try Self.makeEntries(words, wordCount, count)
    } catch {
      RawMemory.free(words)
      throw error
    }
  }

  func free() {
    RawMemory.free(words)
    RawMemory.free(UnsafeMutableRawPointer(entries.baseAddress.unsafelyUnwrapped))
  }

  /// Writes the sets of what is ready. Returns how many bits are set.
  mutating func store() throws(Errno) -> Int {
    words.update(repeating: 0, count: wordCount * 3)
    var count = 0
    for entry in entries {
      for set in 0..<3 where !entry.returned.isDisjoint(with: Self.events(set).intersection(Self.asked(entry, set))) {
        words[set * wordCount + Int(entry.descriptor) / 64] |= 1 << UInt64(entry.descriptor % 64)
        count += 1
      }
    }
    for set in 0..<3 where addresses[set] != 0 {
      try UserMemory.copyOut(words + set * wordCount, to: addresses[set], count: wordCount * 8)
    }
    return count
  }

  private static func events(_ set: Int) -> PollEvents {
    set == 0 ? .selectRead : set == 1 ? .selectWrite : .selectExceptional
  }

  /// Hang-ups and errors make a descriptor ready only in the sets that it was asked for in.
  private static func asked(_ entry: PollFD, _ set: Int) -> PollEvents {
    let normal: PollEvents = set == 0 ? .readNormal : set == 1 ? .writeNormal : .priority
    return entry.events.contains(normal) ? events(set) : []
  }

  private static func makeEntries(
    _ words: UnsafeMutablePointer<UInt64>, _ wordCount: Int, _ count: Int
  ) throws(Errno) -> UnsafeMutableBufferPointer<PollFD> {
    let memory = try RawMemory.allocate(PollFD.self, count: max(1, count))
    var used = 0
    for descriptor in 0..<count {
      var events = PollEvents()
      for set in 0..<3 where words[set * wordCount + descriptor / 64] >> UInt64(descriptor % 64) & 1 != 0 {
        events.formUnion(Self.events(set).subtracting(.unconditional))
      }
      if events.isEmpty { continue }
      memory[used] = PollFD(descriptor: Int32(descriptor), events: events)
      used += 1
    }
    return UnsafeMutableBufferPointer(start: memory, count: used)
  }
}
