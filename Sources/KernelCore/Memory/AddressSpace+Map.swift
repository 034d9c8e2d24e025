// mmap, munmap, mprotect and brk on an address space.

import CMachine
import LinuxABI

extension AddressSpace {
  /// Most areas of one address space: as Linux has it (max_map_count), and no more than small memories can describe.
  static var areaLimit: Int { max(1024, min(65530, Frames.totalCount / 8)) }

  /// Maps `template` (its start and end are ignored). Returns the address.
  /// - Parameters:
  ///   - hint: where the program would like it, or, with `fixed`, where it must be.
  ///   - length: bytes, page-aligned, not 0.
  /// - Throws: ENOMEM, EEXIST.
  public func map(_ template: Area, hint: UInt, length: UInt, flags: MapFlags) throws(Errno) -> UInt {
    try lock.withLock { () throws(Errno) in
      let start = try place(hint: hint, length: length, flags: flags)
      guard !KernelHeap.isLow, areas.count < Self.areaLimit, hasRoom(for: length, of: template) else { throw .ENOMEM }
      template.file?.inode.isMapped = true
      if flags.contains(.fixed) { remove(start, start + length) }
      var area = template
      area.start = start
      area.end = start + length
      insert(area)
      return start
    }
  }

  func place(hint: UInt, length: UInt, flags: MapFlags) throws(Errno) -> UInt {
    if !flags.isDisjoint(with: [.fixed, .fixedNoReplace]) {
      guard hint >= UserMemory.start, hint < UserMemory.end, length <= UserMemory.end - hint else { throw .ENOMEM }
      if flags.contains(.fixedNoReplace), !isFree(hint, hint + length) { throw .EEXIST }
      return hint
    }
    let wish = (hint &+ 4095) & ~4095
    if wish >= 0x10000, wish < mapTop, length <= mapTop - wish, isFree(wish, wish + length) { return wish }
    guard let start = findFree(length) else { throw .ENOMEM }
    return start
  }

  public func unmap(_ start: UInt, length: UInt) {
    lock.withLock { remove(start, start + length) }
  }

  /// - Throws: ENOMEM when part of the range is not mapped; what lies before it has changed.
  public func protect(_ start: UInt, length: UInt, _ protection: Protection) throws(Errno) {
    try lock.withLock { () throws(Errno) in
      let end = start + length
      split(at: start)
      split(at: end)
      var address = start
      while address < end {
        guard let index = area(at: address), areas[index].mayHave(protection) else {
          flushOthers()
          throw area(at: address) == nil ? .ENOMEM : .EACCES
        }
        areas[index].protection = protection
        applyProtection(areas[index])
        address = areas[index].end
      }
      flushOthers()
      mergeAround(start, end)
    }
  }

  private func applyProtection(_ area: Area) {
    let isReadable = !area.protection.isDisjoint(with: .all)
    table.forEachPage(area.start, area.end) { address, entry in
      // Write access comes back by a fault, which knows whether the page is shared.
      var bits = entry.pointee.without(PageEntry.writable | PageEntry.noExecute | PageEntry.user)
      if isReadable { bits = bits.with(PageEntry.user) }
      if !area.protection.contains(.execute) { bits = bits.with(PageEntry.noExecute) }
      if area.protection.contains(.write), entry.pointee.isWritable { bits = bits.with(PageEntry.writable) }
      entry.pointee = bits
      apus_invlpg(UInt64(address))
    }
  }

  private func mergeAround(_ start: UInt, _ end: UInt) {
    var index = max(1, indexOfArea(endingAfter: start))
    while index < areas.count, areas[index - 1].end <= end {
      if areas[index - 1].canMerge(with: areas[index]) {
        areas[index - 1].end = areas[index].end
        areas.remove(at: index)
      } else {
        index += 1
      }
    }
  }

  /// brk(2) as the kernel has it: returns the new end, or the old one when it cannot be moved.
  public func setHeapEnd(_ wanted: UInt) -> UInt {
    lock.withLock {
      guard wanted >= heapStart, wanted < mapTop else { return heapEnd }
      let oldEnd = (heapEnd + 4095) & ~4095
      let newEnd = (wanted + 4095) & ~4095
      if newEnd > oldEnd {
        let area = Area(start: oldEnd, end: newEnd, protection: [.read, .write], isHeap: true)
        guard isFree(oldEnd, newEnd), !KernelHeap.isLow, hasRoom(for: newEnd - oldEnd, of: area) else { return heapEnd }
        insert(area)
      } else if newEnd < oldEnd {
        remove(newEnd, oldEnd)
      }
      heapEnd = wanted
      return wanted
    }
  }
}
