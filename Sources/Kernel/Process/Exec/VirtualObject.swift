// The vDSO (vdso(7)): one page of code and clock data, shared by all programs, mapped below where mmap begins. Programs
// read it and execute it; only the kernel writes, through the direct map.
//
// A file of a file system of its own, so that mapping, fork and unmap are those of any shared file page. Made at boot;
// `wallOffset` changes by one aligned store, which a program sees whole.

import CMachine
import KernelCore
import LinuxABI

enum VirtualObject {
  nonisolated(unsafe) private(set) static var file: OpenFile? = nil
  nonisolated(unsafe) private static var data: UnsafeMutablePointer<UInt64>? = nil

  /// Makes the page. The clock's rate is known.
  static func initialize() {
    do throws(Errno) {
      let inode = try Tmpfs(typeName: "vdso").root.createUnnamed(
        NewNode(mode: FileMode(.regular, 0o555), as: Credentials()))
      try inode.truncate(to: Int64(pageSize))
      guard let page = try inode.page(at: 0) else { throw .ENOMEM }
      fill(page.pointer)
      file = OpenFile(inode, [])
    } catch { Panic.stop("no memory for the vDSO") }
  }

  private static func fill(_ page: UnsafeMutableRawPointer) {
    let start = apus_address_vdso_start()
    let image = UnsafeRawPointer(bitPattern: UInt(start)).unsafelyUnwrapped
    page.copyMemory(from: image, byteCount: Int(apus_address_vdso_end() - start))
    let words = (page + Int(apus_address_vdso_data() - start)).assumingMemoryBound(to: UInt64.self)
    words[0] = Clock.bootTicks
    words[1] = Clock.scale
    words[2] = Clock.wallOffset
    data = words
  }

  /// Wall time minus monotonic time has changed.
  static func wallOffsetChanged() { data?[2] = Clock.wallOffset }

  /// Maps it into a new address space. Returns where.
  /// - Throws: ENOEXEC when a program's segments lie there.
  static func map(into space: AddressSpace) throws(Errno) -> UInt {
    let start = space.mapTop - UInt(pageSize)
    guard space.isFree(start, space.mapTop) else { throw .ENOEXEC }
    space.insert(
      Area(start: start, end: space.mapTop, protection: [.read, .execute], isShared: true, file: file))
    return start
  }
}
