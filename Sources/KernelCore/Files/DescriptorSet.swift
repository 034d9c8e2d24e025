// A bitmap of descriptor numbers. Owned and locked by a FileTable, which frees it.

import LinuxABI

struct DescriptorSet {
  private var words: UnsafeMutablePointer<UInt64>
  private var wordCount: Int
  /// No word before this one has an absent number.
  private var firstOpenWord = 0

  init(capacity: Int) throws(Errno) {
    wordCount = capacity / 64
    words = try RawMemory.allocate(UInt64.self, count: wordCount)
    words.initialize(repeating: 0, count: wordCount)
  }

  func free() { RawMemory.free(words) }

  @inline(__always)
  func contains(_ index: Int) -> Bool { words[index >> 6] >> UInt64(index & 63) & 1 != 0 }

  @inline(__always)
  mutating func set(_ index: Int, _ on: Bool) {
    let bit = UInt64(1) << UInt64(index & 63)
    if on {
      words[index >> 6] |= bit
    } else {
      words[index >> 6] &= ~bit
      firstOpenWord = min(firstOpenWord, index >> 6)
    }
  }

  /// The lowest number from `minimum` on that is not in the set; it may lie beyond the capacity.
  mutating func firstAbsent(from minimum: Int) -> Int {
    while firstOpenWord < wordCount, words[firstOpenWord] == .max { firstOpenWord += 1 }
    var word = max(minimum >> 6, firstOpenWord)
    guard word < wordCount else { return max(minimum, word << 6) }
    var free = ~words[word]
    if word == minimum >> 6 { free &= ~UInt64(0) << UInt64(minimum & 63) }
    while free == 0 {
      word += 1
      guard word < wordCount else { return word << 6 }
      free = ~words[word]
    }
    return word << 6 + free.trailingZeroBitCount
  }

  mutating func grow(capacity: Int) throws(Errno) {
    let larger = try RawMemory.allocate(UInt64.self, count: capacity / 64)
    larger.initialize(repeating: 0, count: capacity / 64)
    larger.update(from: words, count: wordCount)
    RawMemory.free(words)
    words = larger
    wordCount = capacity / 64
  }
}
