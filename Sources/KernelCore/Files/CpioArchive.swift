// Unpacks a cpio archive of the "newc" format (initramfs) into a directory (kernel Documentation,
// early-userspace/buffer-format).
//
// An entry: a header of 110 bytes of ASCII (magic, 13 fields of 8 hexadecimal digits), the name with its NUL padded to
// 4, the data padded to 4. "TRAILER!!!" ends an archive; zeros may follow, and then another archive. Hard links are
// entries with the same inode number and more than one link; the data comes with the last. A broken archive is an
// error, with what came before it unpacked. Runs at boot, on one thread.

import LinuxABI

public struct CpioArchive {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private let root: Inode
  private let credentials = Credentials()
  /// First inodes of files with several links, by number and device.
  private var linked: [(key: UInt64, inode: Inode)] = []

  private struct Header {
    var inode: UInt32
    var mode: FileMode
    var uid: UInt32
    var gid: UInt32
    var links: UInt32
    var modified: UInt32
    var size: Int
    var device: UInt64
    var special: DeviceNumber
    var nameSize: Int

    var key: UInt64 { UInt64(inode) ^ device << 32 }
  }

  /// Unpacks `bytes` into `root`. Names are taken relative to it; `..` is refused.
  /// - Throws: EINVAL for a broken archive; ENOSPC, ENOMEM and the errors of making files.
  public static func unpack(_ bytes: UnsafeRawBufferPointer, into root: Inode) throws(Errno) {
    var archive = CpioArchive(bytes: bytes, root: root)
    while archive.skipZeros() { try archive.unpackOne() }
  }

  private init(bytes: UnsafeRawBufferPointer, root: Inode) {
    self.bytes = bytes
    self.root = root
  }

  private mutating func skipZeros() -> Bool {
    while position < bytes.count, bytes[position] == 0 { position += 1 }
    return position < bytes.count
  }

  /// One archive, up to its trailer.
  private mutating func unpackOne() throws(Errno) {
    linked = []
    while true {
      let header = try takeHeader()
      let name = try takeName(header.nameSize)
      if name == "TRAILER!!!" { return }
      let data = try take(header.size, paddingFrom: position)
      try make(name, header, data)
    }
  }

  // MARK: Parsing

  private static let headerSize = 110

  private mutating func takeHeader() throws(Errno) -> Header {
    let start = position
    guard bytes.count - start >= Self.headerSize else { throw .EINVAL }
    let magic = Name(UnsafeRawBufferPointer(rebasing: bytes[start..<start + 6]))
    guard magic == "070701" || magic == "070702" else { throw .EINVAL }
    position += Self.headerSize
    return Header(
      inode: try field(start, 0), mode: FileMode(rawValue: try field(start, 1)), uid: try field(start, 2),
      gid: try field(start, 3), links: try field(start, 4), modified: try field(start, 5),
      size: Int(try field(start, 6)), device: UInt64(try field(start, 7)) << 20 | UInt64(try field(start, 8)),
      special: DeviceNumber(major: try field(start, 9), minor: try field(start, 10)),
      nameSize: Int(try field(start, 11)))
  }

  /// The header's field `index`: eight hexadecimal digits.
  private func field(_ header: Int, _ index: Int) throws(Errno) -> UInt32 {
    var value: UInt32 = 0
    for offset in 0..<8 {
      guard let digit = Self.digit(bytes[header + 6 + index * 8 + offset]) else { throw .EINVAL }
      value = value << 4 | digit
    }
    return value
  }

  private static func digit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
    default: nil
    }
  }

  /// The name, without its NUL. Header and name together are padded to 4.
  private mutating func takeName(_ size: Int) throws(Errno) -> Name {
    guard size > 0, size <= PathLimit.path else { throw .EINVAL }
    let raw = try take(size, paddingFrom: position - Self.headerSize)
    guard raw[size - 1] == 0 else { throw .EINVAL }
    return Name(UnsafeRawBufferPointer(rebasing: raw[..<(size - 1)]))
  }

  /// The next `count` bytes; skips on to a multiple of 4 after them, counted from `origin`.
  private mutating func take(_ count: Int, paddingFrom origin: Int) throws(Errno) -> UnsafeRawBufferPointer {
    guard count <= bytes.count - position else { throw .EINVAL }
    let result = UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    position += count
    let padding = -(position - origin) & 3
    position = min(position + padding, bytes.count)
    return result
  }

  // MARK: Making files

  private mutating func make(_ name: Name, _ header: Header, _ data: UnsafeRawBufferPointer) throws(Errno) {
    var walk = try PathWalk(name, from: root, root: root, as: credentials)
    try walk.walkToLast()
    guard !walk.last.isEmpty, !walk.last.isDot else { return try finish(root, header) }
    guard !walk.last.isDotDot else { throw .EINVAL }
    if try link(walk.directory, walk.last, header, data) { return }
    let inode = try create(walk.directory, walk.last, header, data)
    if header.links > 1 && !header.mode.isDirectory { linked.append((key: header.key, inode: inode)) }
    try finish(inode, header)
  }

  /// A further name of a file that came before. Returns false when it did not.
  private func link(
    _ directory: Inode, _ name: Name, _ header: Header, _ data: UnsafeRawBufferPointer
  ) throws(Errno) -> Bool {
    guard header.links > 1, !header.mode.isDirectory else { return false }
    for known in linked where known.key == header.key {
      try removeOld(directory, name)
      try directory.link(name, to: known.inode)
      try fill(known.inode, data)
      return true
    }
    return false
  }

  private func create(
    _ directory: Inode, _ name: Name, _ header: Header, _ data: UnsafeRawBufferPointer
  ) throws(Errno) -> Inode {
    let node = NewNode(mode: header.mode, as: credentials, device: header.special)
    switch header.mode.type {
    case .directory: return try createDirectory(directory, name, node)
    case .symbolicLink:
      guard data.count > 0, data.count < PathLimit.path else { throw .EINVAL }
      try removeOld(directory, name)
      return try directory.symlink(name, target: Name(data), node)
    case .regular, .fifo, .characterDevice, .blockDevice, .socket:
      try removeOld(directory, name)
      let inode = try directory.create(name, node)
      try fill(inode, data)
      return inode
    default: throw .EINVAL
    }
  }

  /// A directory may come twice, or be there already.
  private func createDirectory(_ directory: Inode, _ name: Name, _ node: NewNode) throws(Errno) -> Inode {
    do throws(Errno) {
      return try directory.create(name, node)
    } catch {
      guard error == .EEXIST else { throw error }
      let present = try directory.lookup(name)
      guard present.isDirectory else { throw .EEXIST }
      return present
    }
  }

  /// A later entry replaces an earlier file of the same name.
  private func removeOld(_ directory: Inode, _ name: Name) throws(Errno) {
    do throws(Errno) {
      try directory.unlink(name, as: credentials)
    } catch {
      guard error == .ENOENT else { throw error }
    }
  }

  private func fill(_ inode: Inode, _ data: UnsafeRawBufferPointer) throws(Errno) {
    guard inode.mode.isRegular, let base = data.baseAddress, data.count > 0 else { return }
    var transfer = UserTransfer(kernel: UnsafeMutableRawPointer(mutating: base), count: data.count)
    _ = try inode.write(&transfer, at: 0, append: false)
  }

  private func finish(_ inode: Inode, _ header: Header) throws(Errno) {
    if inode === root && header.mode.type != .directory { throw .EINVAL }
    try inode.setOwner(uid: header.uid, gid: header.gid, as: credentials)
    if !inode.isSymbolicLink { try inode.setMode(header.mode, as: credentials) }
    let time = NewTime.at(Timespec(seconds: Int64(header.modified), nanoseconds: 0))
    try inode.setTimes(accessed: time, modified: time, as: credentials)
  }
}
