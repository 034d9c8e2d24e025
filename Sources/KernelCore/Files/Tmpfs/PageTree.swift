// The pages of a sparse file: a radix tree from page index to frame.
//
// A node is a frame of 1024 frame numbers; 0 means absent (frame 0 is never given out). A file of one page has no node.
// Owns one reference to every page and node. Guarded by the inode's lock; the owner calls `removeAll`.

import LinuxABI

struct PageTree {
  private static let bits = 10
  private static let fanOut = 1 << bits
  private static let maximumHeight = 3
  /// Pages that the tallest tree holds: 4 TiB.
  static let maximumPages = 1 << (bits * maximumHeight)

  private var root: UInt32 = 0
  private var height = 0
  /// Data pages present.
  private(set) var count = 0

  @inline(__always)
  func find(_ index: Int) -> FrameNumber? {
    guard index < 1 << (Self.bits * height) else { return nil }
    var entry = root
    var level = height
    while level > 0, entry != 0 {
      level -= 1
      entry = Self.node(entry)[index >> (Self.bits * level) & (Self.fanOut - 1)]
    }
    return entry == 0 ? nil : FrameNumber(entry)
  }

  /// Puts a page where none is. The tree takes over the caller's reference.
  /// - Throws: ENOMEM when a node could not be made; the page stays the caller's.
  mutating func insert(_ index: Int, _ page: FrameNumber) throws(Errno) {
    while index >= 1 << (Self.bits * height) { try raise() }
    guard height > 0 else {
      root = page.rawValue
      count = 1
      return
    }
    if root == 0 { root = try Frames.allocateZeroed().rawValue }
    var node = root
    for level in stride(from: height - 1, to: 0, by: -1) {
      let entry = Self.node(node) + (index >> (Self.bits * level) & (Self.fanOut - 1))
      if entry.pointee == 0 { entry.pointee = try Frames.allocateZeroed().rawValue }
      node = entry.pointee
    }
    Self.node(node)[index & (Self.fanOut - 1)] = page.rawValue
    count += 1
  }

  /// Lets pages [first, end) go, and nodes that end up outside. Returns how many pages went.
  @discardableResult
  mutating func remove(from first: Int, to end: Int = maximumPages) -> Int {
    guard root != 0, first < end, first < 1 << (Self.bits * height) else { return 0 }
    let before = count
    if remove(root, level: height, base: 0, first, end) { root = 0 }
    if root == 0 { height = 0 }
    return before - count
  }

  /// The first index from `index` on that has a page, or that has none.
  func next(from index: Int, present: Bool, limit: Int) -> Int {
    var index = index
    while index < limit {
      let absent = absentCount(at: index)
      if (absent == 0) == present { return index }
      index += max(1, absent)
    }
    return limit
  }

  /// How many pages from `index` on are surely absent because a node is; 0 when the page is there.
  private func absentCount(at index: Int) -> Int {
    guard root != 0, index < 1 << (Self.bits * height) else { return Self.maximumPages }
    var entry = root
    var level = height
    while level > 0 {
      level -= 1
      entry = Self.node(entry)[index >> (Self.bits * level) & (Self.fanOut - 1)]
      let span = 1 << (Self.bits * level)
      if entry == 0 { return span - index & (span - 1) }
    }
    return 0
  }

  /// Removes from a subtree; gives true when nothing is left of it and it has been freed.
  private mutating func remove(_ entry: UInt32, level: Int, base: Int, _ first: Int, _ end: Int) -> Bool {
    guard level > 0 else {
      Frames.release(FrameNumber(entry))
      count -= 1
      return true
    }
    let node = Self.node(entry)
    let span = 1 << (Self.bits * (level - 1))
    var isEmpty = true
    for slot in 0..<Self.fanOut where node[slot] != 0 {
      let start = base + slot * span
      if start < end, start + span > first, remove(node[slot], level: level - 1, base: start, first, end) {
        node[slot] = 0
      } else {
        isEmpty = false
      }
    }
    if isEmpty { Frames.release(FrameNumber(entry)) }
    return isEmpty
  }

  /// One more level.
  private mutating func raise() throws(Errno) {
    if root != 0 {
      let above = try Frames.allocateZeroed()
      Self.node(above.rawValue)[0] = root
      root = above.rawValue
    }
    height += 1
  }

  @inline(__always)
  private static func node(_ frame: UInt32) -> UnsafeMutablePointer<UInt32> {
    FrameNumber(frame).pointer.assumingMemoryBound(to: UInt32.self)
  }
}
