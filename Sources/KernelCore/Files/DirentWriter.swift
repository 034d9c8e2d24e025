// Encodes directory entries into kernel memory; the caller copies them to the program once no lock is held.
//
// `position` is the cookie of the next entry: a directory starts listing there and stops when `add` gives false.

import LinuxABI

public struct DirentWriter {
  private let buffer: UnsafeMutableRawBufferPointer
  private let layout: Dirent.Layout
  /// Bytes written.
  public private(set) var count = 0
  /// The cookie of the next entry.
  public private(set) var position: Int64
  /// An entry did not fit.
  public private(set) var isFull = false
  private var lastRecord = -1

  public init(_ buffer: UnsafeMutableRawBufferPointer, _ layout: Dirent.Layout, position: Int64) {
    self.buffer = buffer
    self.layout = layout
    self.position = position
  }

  /// Adds an entry whose successor has the cookie `next`. Returns false when it does not fit.
  public mutating func add(_ name: Name, inode: UInt64, _ type: FileType, next: Int64) -> Bool {
    let length = layout.recordLength(nameCount: name.count)
    guard count + length <= buffer.count else {
      isFull = true
      return false
    }
    let record = buffer.baseAddress.unsafelyUnwrapped + count
    record.initializeMemory(as: UInt8.self, repeating: 0, count: length)
    record.storeBytes(of: inode, as: UInt64.self)
    record.storeBytes(of: next, toByteOffset: 8, as: Int64.self)
    record.storeBytes(of: UInt16(length), toByteOffset: Dirent.offsetOfRecordLength, as: UInt16.self)
    let typeOffset = layout == .linux64 ? 18 : length - 1
    record.storeBytes(of: type.directoryEntryType, toByteOffset: typeOffset, as: UInt8.self)
    (record + layout.nameOffset).copyMemory(from: name.base, byteCount: name.count)
    count += length
    position = next
    return true
  }

  /// Adds `.` and `..` (cookies 0 and 1) when they are due. Returns false when one did not fit.
  public mutating func addDots(_ directory: Inode) -> Bool {
    if position == 0, !add(Name("."), inode: directory.number, .directory, next: 1) { return false }
    guard position == 1 else { return true }
    return add(Name(".."), inode: directory.parentDirectory().number, .directory, next: 2)
  }
}
