// fork: a copy of an address space that shares every private page until one side writes to it.

import CMachine
import LinuxABI

extension AddressSpace {
  /// - Throws: ENOMEM; the half-made copy frees itself.
  public func copy() throws(Errno) -> AddressSpace {
    let child = try AddressSpace()
    try lock.withLock { () throws(Errno) in
      // Pages that were writable are read-only after this, also when it fails half way.
      defer { forgetWritable() }
      child.areas = areas
      child.heapStart = heapStart
      child.heapEnd = heapEnd
      child.mapTop = mapTop
      child.sizeLimit = sizeLimit
      child.dataLimit = dataLimit
      child.stackSizeLimit = stackSizeLimit
      for area in areas { try copyPages(of: area, to: child) }
    }
    return child
  }

  private func forgetWritable() {
    apus_write_cr3(table.root.address.rawValue)
    flushOthers()
  }

  private func copyPages(of area: Area, to child: AddressSpace) throws(Errno) {
    var address = area.start
    while address < area.end {
      let stop = min(area.end, (address & ~0x1f_ffff) + 0x20_0000)
      if let source = table.entry(for: address) {
        try copyTable(source, address, stop, isShared: area.isShared, to: child)
      }
      address = stop
    }
  }

  /// Copies the entries of one last-level table.
  private func copyTable(
    _ first: PageEntries, _ start: UInt, _ end: UInt, isShared: Bool, to child: AddressSpace
  ) throws(Errno) {
    var source = first
    var target: PageEntries? = nil
    var address = start
    while address < end {
      if source.pointee.isPresent {
        if !isShared { source.pointee = source.pointee.without(PageEntry.writable) }
        if target == nil { target = try child.table.makeEntry(for: address, bits: PageEntry.user) }
        let entry = target.unsafelyUnwrapped
        Frames.retain(source.pointee.frame)
        entry.pointee = source.pointee
        child.residentCount += 1
      }
      source += 1
      address += 4096
      if let entry = target { target = entry + 1 }
    }
  }
}
