// mremap(2), madvise(2), mincore(2), mlock(2): what there is to do with mapped ranges as they are.

import CMachine
import LinuxABI

extension AddressSpace {
  // MARK: mremap

  /// Resizes, and moves when it must, the mapping that holds [start, start + oldLength). Lengths are page-aligned;
  /// `oldLength` 0 maps a shared range a second time. Returns the new address.
  /// - Throws: EFAULT when the range is not one mapping, EINVAL, ENOMEM.
  public func remap(
    _ start: UInt, _ oldLength: UInt, to newLength: UInt, _ flags: RemapFlags, newAddress: UInt
  ) throws(Errno) -> UInt {
    lock.acquire()
    defer { lock.release() }
    guard let index = area(at: start), areas[index].end - start >= oldLength else { throw .EFAULT }
    let isFixed = flags.contains(.fixed)
    if oldLength == 0 {
      guard areas[index].isShared, flags.contains(.mayMove) else { throw .EINVAL }
    } else if !isFixed {
      if newLength <= oldLength {
        remove(start + newLength, start + oldLength)
        return start
      }
      if grow(index, from: start + oldLength, by: newLength - oldLength) { return start }
    }
    guard flags.contains(.mayMove) else { throw .ENOMEM }
    guard !KernelHeap.isLow, areas.count < Self.areaLimit, hasRoom(for: newLength, of: areas[index]) else {
      throw .ENOMEM
    }
    if isFixed {
      guard newAddress + newLength <= start || start + oldLength <= newAddress else { throw .EINVAL }
    }
    return try move(start, oldLength, to: newLength, isFixed ? newAddress : nil, areas[index])
  }

  /// In place, when the mapping ends there and there is room.
  private func grow(_ index: Int, from end: UInt, by more: UInt) -> Bool {
    guard areas[index].end == end, isFree(end, end + more), end + more <= mapTop, hasRoom(for: more, of: areas[index])
    else {
      return false
    }
    let old = areas[index]
    var added = old
    added.offset += UInt64(end - old.start)
    (added.start, added.end) = (end, end + more)
    insert(added)
    // A file's areas are not merged by `insert`; this one is of a piece.
    if old.file != nil { joinAt(end) }
    return true
  }

  private func joinAt(_ border: UInt) {
    guard let upper = area(at: border), upper > 0, areas[upper - 1].end == border else { return }
    areas[upper - 1].end = areas[upper].end
    areas.remove(at: upper)
  }

  private func move(
    _ start: UInt, _ oldLength: UInt, to newLength: UInt, _ fixed: UInt?, _ old: Area
  ) throws(Errno) -> UInt {
    let kept = min(oldLength, newLength)
    let target: UInt
    if let fixed {
      remove(fixed, fixed + newLength)
      target = fixed
    } else {
      target = try place(hint: 0, length: newLength, flags: [])
    }
    var area = old
    area.offset += UInt64(start - old.start)
    (area.start, area.end) = (target, target + newLength)
    area.growsDown = false
    area.isHeap = false
    insert(area)
    do throws(Errno) { try movePages(start, kept, to: target) } catch {
      // The pages that have moved already move back: their tables are there.
      try? movePages(target, kept, to: start)
      remove(target, target + newLength)
      throw error
    }
    if oldLength > 0 { remove(start, start + oldLength) }
    return target
  }

  private func movePages(_ start: UInt, _ length: UInt, to target: UInt) throws(Errno) {
    var failure: Errno? = nil
    table.forEachPage(start, start + length) { address, entry in
      guard failure == nil else { return }
      do throws(Errno) {
        let place = try table.makeEntry(for: target + (address - start), bits: PageEntry.user)
        place.pointee = entry.pointee
        entry.pointee = .empty
        apus_invlpg(UInt64(address))
      } catch { failure = error }
    }
    if let failure { throw failure }
  }

  // MARK: Ranges

  /// Whether all of [start, end) is mapped. Lock held.
  private func isMapped(_ start: UInt, _ end: UInt) -> Bool {
    var address = start
    while address < end {
      guard let index = area(at: address) else { return false }
      address = areas[index].end
    }
    return true
  }

  /// - Throws: ENOMEM when a part is not mapped.
  public func checkMapped(_ start: UInt, length: UInt) throws(Errno) {
    guard lock.withLock({ isMapped(start, start + length) }) else { throw .ENOMEM }
  }

  /// MADV_DONTNEED: the pages read as zeros or as the file again. What is mapped of the range is done even when a part
  /// is not.
  /// - Throws: ENOMEM; EINVAL for MADV_FREE of anything but private anonymous memory.
  public func drop(_ start: UInt, length: UInt, onlyPrivate: Bool) throws(Errno) {
    lock.acquire()
    defer { lock.release() }
    let end = start + length
    for area in areas where area.start < end && area.end > start {
      if onlyPrivate, area.file != nil || area.isShared { throw .EINVAL }
      releasePages(max(area.start, start), min(area.end, end))
    }
    guard isMapped(start, end) else { throw .ENOMEM }
  }

  /// Brings the pages of a range in, for reading or for writing.
  /// - Throws: ENOMEM when a part is not mapped or there is no memory; EFAULT where access is not allowed.
  public func populate(_ start: UInt, length: UInt, forWriting: Bool?) throws(Errno) {
    var address = start
    while address < start + length {
      try lock.withLock { () throws(Errno) in
        guard let index = area(at: address) else { throw .ENOMEM }
        let isWrite = forWriting ?? (areas[index].protection.contains(.write) && !areas[index].isShared)
        if let entry = table.entry(for: address), entry.pointee.isPresent, !isWrite || entry.pointee.isWritable {
          return
        }
        let access = FaultAccess(errorCode: isWrite ? 6 : 4)
        switch try resolve(areaAt: index, address, access) {
        case .resolved: break
        case .outOfMemory: throw .ENOMEM
        default: throw .EFAULT
        }
      }
      address += 4096
    }
  }

  /// mincore(2): whether the page at `address` is in memory.
  /// - Throws: ENOMEM when nothing is mapped there.
  public func isResident(_ address: UInt) throws(Errno) -> Bool {
    lock.acquire()
    defer { lock.release() }
    guard let index = area(at: address) else { throw .ENOMEM }
    if let entry = table.entry(for: address), entry.pointee.isPresent { return true }
    let area = areas[index]
    guard let file = area.file else { return false }
    return file.inode.hasPage(at: Int(area.offset + UInt64(address - area.start)) / pageSize)
  }

  /// A file that a shared area of [start, end) shows, with the file's range: for MADV_REMOVE.
  public func sharedFile(at start: UInt, length: UInt) -> (file: OpenFile, offset: Int64)? {
    lock.withLock {
      guard let index = area(at: start), areas[index].end >= start + length, areas[index].isShared,
        let file = areas[index].file
      else { return nil }
      return (file, Int64(areas[index].offset + UInt64(start - areas[index].start)))
    }
  }
}
