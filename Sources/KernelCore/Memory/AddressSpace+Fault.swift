// Demand paging: what happens when a program, or the kernel on its behalf, touches a page that is not there yet or is
// shared copy-on-write. Runs in process context or inside a user copy; takes `address_space`.

import CMachine
import LinuxABI

/// Why an access faulted (SDM volume 3, 4.7: page-fault error code).
public struct FaultAccess {
  public let errorCode: UInt64

  public init(errorCode: UInt64) { self.errorCode = errorCode }

  public var isPresent: Bool { errorCode & 1 != 0 }
  public var isWrite: Bool { errorCode & 2 != 0 }
  public var isUser: Bool { errorCode & 4 != 0 }
  public var isFetch: Bool { errorCode & 16 != 0 }
}

/// How a fault ended.
public enum FaultOutcome {
  case resolved
  /// No area there: SIGSEGV, SEGV_MAPERR.
  case unmapped
  /// An area, but not these rights: SIGSEGV, SEGV_ACCERR.
  case forbidden
  /// Beyond the end of the mapped file: SIGBUS.
  case beyondFile
  case outOfMemory
}

extension AddressSpace {
  /// The page all reads of untouched memory share. Never written.
  nonisolated(unsafe) public static var zeroPage = FrameNumber(0)

  public func resolveFault(at address: UInt, _ access: FaultAccess) -> FaultOutcome {
    guard address >= UserMemory.start, address < UserMemory.end else { return .unmapped }
    return lock.withLock {
      guard let index = area(at: address) ?? growStack(to: address) else { return .unmapped }
      do throws(Errno) { return try resolve(areaAt: index, address & ~4095, access) } catch {
        return error == .ENOMEM ? .outOfMemory : .beyondFile
      }
    }
  }

  /// The same for the area of an index. Lock held.
  func resolve(areaAt index: Int, _ page: UInt, _ access: FaultAccess) throws(Errno) -> FaultOutcome {
    try areas.withUnsafeBufferPointer { (areas) throws(Errno) in
      try resolve(areas.baseAddress.unsafelyUnwrapped + index, page, access)
    }
  }

  /// By address: an area counts references to its file, and nobody changes it meanwhile. Lock held.
  public func resolve(
    _ area: UnsafePointer<Area>, _ page: UInt, _ access: FaultAccess
  ) throws(Errno) -> FaultOutcome {
    guard isAllowed(access, area.pointee.protection) else { return .forbidden }
    let entry = try table.makeEntry(for: page, bits: PageEntry.user)
    if entry.pointee.isPresent {
      if access.isWrite, !entry.pointee.isWritable { try makeWritable(entry, area, page) }
    } else {
      entry.pointee = try newEntry(area, page, access)
      residentCount += 1
    }
    apus_invlpg(UInt64(page))
    return .resolved
  }

  private func isAllowed(_ access: FaultAccess, _ protection: Protection) -> Bool {
    if access.isWrite { return protection.contains(.write) }
    if access.isFetch { return protection.contains(.execute) }
    return !protection.isDisjoint(with: .all)
  }

  private func newEntry(_ area: UnsafePointer<Area>, _ page: UInt, _ access: FaultAccess) throws(Errno) -> PageEntry {
    guard let file = area.pointee.file else { return try newAnonymousEntry(area, access) }
    // Retained for us. Past the end of the file there is nothing: SIGBUS.
    guard let shared = try file.page(at: Int(area.pointee.offset + UInt64(page - area.pointee.start)) / pageSize) else {
      throw .ENXIO
    }
    if area.pointee.isShared {
      return PageEntry(shared, area.pointee.entryBits(writable: area.pointee.protection.contains(.write)))
    }
    guard access.isWrite else { return PageEntry(shared, area.pointee.entryBits(writable: false)) }
    defer { Frames.release(shared) }
    return PageEntry(try copyOf(shared), area.pointee.entryBits(writable: true))
  }

  private func newAnonymousEntry(_ area: UnsafePointer<Area>, _ access: FaultAccess) throws(Errno) -> PageEntry {
    if access.isWrite {
      guard !KernelHeap.isLow else { throw .ENOMEM }
      return PageEntry(try Frames.allocateZeroed(), area.pointee.entryBits(writable: true))
    }
    Frames.retain(Self.zeroPage)
    return PageEntry(Self.zeroPage, area.pointee.entryBits(writable: false))
  }

  /// A write to a present page that is not writable: copy it, unless nobody shares it any more.
  private func makeWritable(_ entry: PageEntries, _ area: UnsafePointer<Area>, _ page: UInt) throws(Errno) {
    let frame = entry.pointee.frame
    if area.pointee.isShared || Frames.references(frame) == 1 {
      entry.pointee = entry.pointee.with(PageEntry.writable)
      return
    }
    entry.pointee = PageEntry(try copyOf(frame), area.pointee.entryBits(writable: true))
    flushOthers()  // other threads may still read the old page
    Frames.release(frame)
  }

  private func copyOf(_ frame: FrameNumber) throws(Errno) -> FrameNumber {
    guard !KernelHeap.isLow else { throw .ENOMEM }
    if frame == Self.zeroPage { return try Frames.allocateZeroed() }
    let copy = try Frames.allocate()
    copy.pointer.copyMemory(from: frame.pointer, byteCount: pageSize)
    return copy
  }
}
