// A regular file in memory.
//
// `pages` and `size` change under the inode's lock. A copy to or from a program runs without it: the page is found and
// retained under the lock, which is then let go, for the copy may fault on a mapping of this same file.

import LinuxABI

public final class TmpfsFile: Inode {
  private var pages = PageTree()
  /// Guarded by the inode's lock. A file of the tree cannot be sealed.
  private var sealed = FileSeals.sealing
  /// The name that memfd_create gave it.
  public private(set) var memoryName: [UInt8]?
  private static let maximumSize = Int64(PageTree.maximumPages) * Int64(pageSize)

  deinit {
    let freed = pages.remove(from: 0)
    tmpfs.releasePages(freed)
  }

  private var tmpfs: Tmpfs { unsafeDowncast(filesystem, to: Tmpfs.self) }

  public override var blocks: Int64 { Int64(pages.count * (pageSize / 512)) }

  // MARK: Seals

  /// memfd_create(2): before anybody else sees it.
  public func becomeMemoryFile(_ name: [UInt8], allowsSealing: Bool) {
    memoryName = name
    if allowsSealing { sealed = [] }
  }

  public override var seals: FileSeals { sealed }

  public override func addSeals(_ seals: FileSeals) throws(Errno) {
    try lock.withLock { () throws(Errno) in
      guard !sealed.contains(.sealing) else { throw .EPERM }
      sealed.formUnion(seals)
    }
  }

  /// - Throws: EPERM.
  private func checkSeals(newSize: Int64) throws(Errno) {
    if newSize < size, sealed.contains(.shrink) { throw .EPERM }
    if newSize > size, sealed.contains(.grow) { throw .EPERM }
  }

  // MARK: Reading

  public override func read(_ transfer: inout UserTransfer, at offset: Int64) throws(Errno) {
    guard offset >= 0 else { throw .EINVAL }
    var position = offset
    while transfer.remaining > 0, let piece = pieceForReading(position, transfer.remaining) {
      let copied = copyOut(piece, position, &transfer)
      position += Int64(copied)
      if copied < piece.count { break }
    }
    stampAccess()
  }

  private struct Piece {
    /// Nil for a hole.
    var page: FrameNumber?
    var count: Int
  }

  /// The page at `position`, retained, and how much of it to read; nil at the end of file.
  @inline(__always)
  private func pieceForReading(_ position: Int64, _ wanted: Int) -> Piece? {
    lock.acquire()
    defer { lock.release() }
    guard position < size else { return nil }
    let inPage = pageSize - Int(position) & (pageSize - 1)
    let count = min(inPage, wanted, Int(size - position))
    let page = pages.find(Int(position) / pageSize)
    if let page { Frames.retain(page) }
    return Piece(page: page, count: count)
  }

  @inline(__always)
  private func copyOut(_ piece: Piece, _ position: Int64, _ transfer: inout UserTransfer) -> Int {
    guard let page = piece.page else { return transfer.clear(piece.count) }
    let copied = transfer.copyOut(page.pointer + (Int(position) & (pageSize - 1)), piece.count)
    Frames.release(page)
    return copied
  }

  // MARK: Writing

  public override func write(
    _ transfer: inout UserTransfer, at offset: Int64, append: Bool
  ) throws(Errno) -> Int64 {
    guard offset >= 0 else { throw .EINVAL }
    guard transfer.remaining > 0 else { return offset }
    guard sealed.isDisjoint(with: [.write, .futureWrite]) else { throw .EPERM }
    if sealed.contains(.grow) {
      // Pages that lie in the file whole may be written all the same.
      let start = append ? size : offset
      if start + Int64(transfer.remaining) > size {
        let whole = size & ~Int64(pageSize - 1)
        guard start < whole else { throw .EPERM }
        transfer.limit(to: Int(whole - start))
      }
    }
    let start = append ? reserveEnd(transfer.remaining) : offset
    let end = start + Int64(transfer.remaining)
    var position = start
    defer { finishWrite(from: start, to: position, reserved: append ? end : nil) }
    while transfer.remaining > 0 {
      let copied = try writePiece(&transfer, at: position)
      position += Int64(copied)
      if transfer.faulted { break }
    }
    return position
  }

  /// Appending: takes the bytes after the end for this write at once, so that no other write mixes with it.
  private func reserveEnd(_ count: Int) -> Int64 {
    lock.withLock {
      let start = size
      if start <= Self.maximumSize - Int64(count) { size = start + Int64(count) }
      return start
    }
  }

  private func finishWrite(from start: Int64, to end: Int64, reserved: Int64?) {
    lock.withLock {
      if let reserved, size == reserved {
        size = end
      } else if end > size {
        if start > size { clearTail() }
        size = end
      }
      guard end > start else { return }
      stamp([.modified, .changed])
      dropPrivilege()
    }
  }

  private func writePiece(_ transfer: inout UserTransfer, at position: Int64) throws(Errno) -> Int {
    guard position < Self.maximumSize else { throw .EFBIG }
    let start = Int(position) & (pageSize - 1)
    let count = min(pageSize - start, transfer.remaining)
    let index = Int(position) / pageSize
    if let page = retainedPage(index) {
      defer { Frames.release(page) }
      return transfer.copyIn(page.pointer + start, count)
    }
    return try writeNewPage(&transfer, index, start, count)
  }

  private func retainedPage(_ index: Int) -> FrameNumber? {
    lock.withLock {
      let page = pages.find(index)
      if let page { Frames.retain(page) }
      return page
    }
  }

  /// Fills a page before others can see it, so that only the part that is not written need be cleared.
  private func writeNewPage(
    _ transfer: inout UserTransfer, _ index: Int, _ start: Int, _ count: Int
  ) throws(Errno) -> Int {
    let page = try allocatePage()
    let before = transfer
    let copied = transfer.copyIn(page.pointer + start, count)
    Self.clear(page, 0, start)
    Self.clear(page, start + copied, pageSize)
    do throws(Errno) {
      if let other = try publish(page, index) {
        (other.pointer + start).copyMemory(from: page.pointer + start, byteCount: copied)
        Frames.release(other)
        discard(page)
      }
    } catch {
      discard(page)
      transfer = before  // nothing of it went into the file
      throw error
    }
    return copied
  }

  /// Enters a page into the tree; if another is there already, returns that one, retained.
  private func publish(_ page: FrameNumber, _ index: Int) throws(Errno) -> FrameNumber? {
    lock.acquire()
    defer { lock.release() }
    if let other = pages.find(index) {
      Frames.retain(other)
      return other
    }
    try pages.insert(index, page)
    return nil
  }

  private func allocatePage() throws(Errno) -> FrameNumber {
    try tmpfs.reservePage()
    do throws(Errno) {
      return try FilePages.allocate()
    } catch {
      tmpfs.releasePages(1)
      throw .ENOSPC
    }
  }

  private func discard(_ page: FrameNumber) {
    Frames.release(page)
    tmpfs.releasePages(1)
  }

  // MARK: Size

  public override func truncate(to newSize: Int64) throws(Errno) {
    guard newSize >= 0 else { throw .EINVAL }
    guard newSize <= Self.maximumSize else { throw .EFBIG }
    try filesystem.checkWritable()
    try checkSeals(newSize: newSize)
    let isShorter = newSize < size
    // After it: a mapping must not keep what the file has lost. A fault from now on finds the new size.
    defer { if isShorter { AddressSpaces.unmap(self, from: UInt64(Self.pageCount(newSize) * pageSize)) } }
    lock.withLock {
      if newSize > size { clearTail() }
      let shrinks = newSize < size
      size = newSize
      if shrinks {
        tmpfs.releasePages(pages.remove(from: Self.pageCount(newSize)))
        clearTail()
      }
      stamp([.modified, .changed])
      dropPrivilege()
    }
  }

  public override func allocate(offset: Int64, length: Int64, _ flags: FallocateFlags) throws(Errno) {
    let (end, overflow) = offset.addingReportingOverflow(length)
    guard !overflow, end <= Self.maximumSize else { throw .EFBIG }
    if flags.contains(.punchHole) {
      guard sealed.isDisjoint(with: [.write, .futureWrite]) else { throw .EPERM }
      return punchHole(offset, end)
    }
    if !flags.contains(.keepSize), end > size { try checkSeals(newSize: end) }
    for index in Int(offset) / pageSize..<Self.pageCount(end) { Frames.release(try presentPage(index)) }
    lock.withLock {
      if !flags.contains(.keepSize) && end > size {
        clearTail()
        size = end
      }
      stamp([.modified, .changed])
    }
  }

  private func punchHole(_ start: Int64, _ end: Int64) {
    // Pages that are mapped are unmapped: the next access finds zeros. Those behind the hole come back as they were.
    defer { AddressSpaces.unmap(self, from: UInt64(Self.pageCount(start) * pageSize)) }
    lock.withLock {
      let first = Self.pageCount(start)
      let last = Int(end) / pageSize
      if first <= last {
        tmpfs.releasePages(pages.remove(from: first, to: last))
        clear(Int(start), first * pageSize)
        clear(last * pageSize, Int(end))
      } else {
        clear(Int(start), Int(end))
      }
      stamp([.modified, .changed])
    }
  }

  public override func seek(_ offset: Int64, toData: Bool) throws(Errno) -> Int64 {
    lock.acquire()
    defer { lock.release() }
    guard offset < size else { throw .ENXIO }
    let limit = Self.pageCount(size)
    let index = pages.next(from: Int(offset) / pageSize, present: toData, limit: limit)
    if toData && index == limit { throw .ENXIO }
    return min(max(offset, Int64(index * pageSize)), size)
  }

  // MARK: Mapping

  public override func page(at index: Int) throws(Errno) -> FrameNumber? {
    guard index >= 0, index < Self.pageCount(size) else { return nil }
    return try presentPage(index)
  }

  public override func hasPage(at index: Int) -> Bool { lock.withLock { pages.find(index) != nil } }

  /// The page, made if it was a hole, with a reference for the caller.
  private func presentPage(_ index: Int) throws(Errno) -> FrameNumber {
    if let page = retainedPage(index) { return page }
    let page = try allocatePage()
    Self.clear(page, 0, pageSize)
    do throws(Errno) {
      if let other = try publish(page, index) {
        discard(page)
        return other
      }
      // The tree has taken the first reference.
      Frames.retain(page)
      return page
    } catch {
      discard(page)
      throw error
    }
  }

  // MARK: Bytes. Lock held but for `clear(_:_:_:)`.

  /// Zeros from the end of file to the end of its page: a mapping may have written there.
  private func clearTail() { clear(Int(size), Self.pageCount(size) * pageSize) }

  /// Zeros bytes [start, end), which lie in one page.
  private func clear(_ start: Int, _ end: Int) {
    guard start < end, let page = pages.find(start / pageSize) else { return }
    Self.clear(page, start & (pageSize - 1), (start & (pageSize - 1)) + end - start)
  }

  private static func clear(_ page: FrameNumber, _ start: Int, _ end: Int) {
    guard start < end else { return }
    (page.pointer + start).initializeMemory(as: UInt8.self, repeating: 0, count: end - start)
  }

  private static func pageCount(_ size: Int64) -> Int { Int((size + Int64(pageSize) - 1) / Int64(pageSize)) }
}
