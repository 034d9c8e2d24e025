// /proc/PID and what stands in it. Inode numbers are PID * 256 + place, so that they stay the same over look-ups.

import LinuxABI

final class ProcProcessDirectory: Inode {
  private let pid: Int32
  private static let links: [(name: StaticString, kind: ProcMagicLink.Kind)] = [
    ("exe", .executable), ("cwd", .workingDirectory), ("root", .root),
  ]

  static func number(_ pid: Int32, _ place: Int) -> UInt64 { 1 << 40 | UInt64(pid) << 8 | UInt64(place) }

  /// The process whose directory has this inode number.
  static func process(ofNumber number: UInt64) -> Int32? {
    guard number >> 40 == 1, number & 0xff == 0 else { return nil }
    return Int32(truncatingIfNeeded: (number & (1 << 40 - 1)) >> 8)
  }

  init(_ filesystem: ProcFilesystem, _ root: Inode, _ details: ProcessDetails) {
    pid = details.pid
    super.init(
      filesystem, mode: FileMode(.directory, 0o555), uid: details.euid, gid: details.egid,
      number: Self.number(details.pid, 0))
    parent = root
    links = 2
  }

  private var proc: ProcFilesystem { unsafeDowncast(filesystem, to: ProcFilesystem.self) }

  override func lookup(_ name: Name) throws(Errno) -> Inode {
    guard proc.inspector.details(pid) != nil else { throw .ENOENT }
    for (index, file) in ProcTextKind.processFiles.enumerated() where name == file.name {
      return ProcText(proc, file.kind, pid, number: Self.number(pid, index + 1), owner: self)
    }
    for (index, link) in Self.links.enumerated() where name == link.name {
      return ProcMagicLink(proc, link.kind, pid, number: Self.number(pid, 64 + index), owner: self)
    }
    if name == "fd" { return ProcDescriptorDirectory(proc, pid, owner: self) }
    if name == "task" { return ProcTaskDirectory(proc, pid, owner: self) }
    throw .ENOENT
  }

  override func list(_ writer: inout DirentWriter) throws(Errno) {
    guard writer.addDots(self) else { return }
    let files = ProcTextKind.processFiles
    while true {
      let place = Int(writer.position) - 2
      let next = writer.position + 1
      let fits: Bool
      if place < files.count {
        fits = writer.add(Name(files[place].name), inode: Self.number(pid, place + 1), .regular, next: next)
      } else if place < files.count + Self.links.count {
        let link = place - files.count
        fits = writer.add(
          Name(Self.links[link].name), inode: Self.number(pid, 64 + link), .symbolicLink, next: next)
      } else if place == files.count + Self.links.count {
        fits = writer.add(Name("fd"), inode: Self.number(pid, 127), .directory, next: next)
      } else if place == files.count + Self.links.count + 1 {
        fits = writer.add(Name("task"), inode: Self.number(pid, 126), .directory, next: next)
      } else {
        return
      }
      guard fits else { return }
    }
  }

  override func name(of child: Inode, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    let name: Name
    switch child.number {
    case Self.number(pid, 127): name = Name("fd")
    case Self.number(pid, 126): name = Name("task")
    default: return nil
    }
    guard name.count <= buffer.count else { return nil }
    buffer.baseAddress.unsafelyUnwrapped.copyMemory(from: name.base, byteCount: name.count)
    return name.count
  }
}

/// /proc/PID/fd: a magic link for each descriptor.
final class ProcDescriptorDirectory: Inode {
  private let pid: Int32

  init(_ filesystem: ProcFilesystem, _ pid: Int32, owner: Inode) {
    self.pid = pid
    super.init(
      filesystem, mode: FileMode(.directory, 0o500), uid: owner.uid, gid: owner.gid,
      number: ProcProcessDirectory.number(pid, 127))
    parent = owner
    links = 2
  }

  private var proc: ProcFilesystem { unsafeDowncast(filesystem, to: ProcFilesystem.self) }

  override func lookup(_ name: Name) throws(Errno) -> Inode {
    guard let descriptor = name.decimal, let files = proc.inspector.files(pid) else { throw .ENOENT }
    guard let file = try? files.retained(descriptor) else { throw .ENOENT }
    let link = ProcMagicLink(
      proc, .descriptor(descriptor), pid, number: 2 << 40 | UInt64(pid) << 24 | UInt64(descriptor), owner: self)
    var mode: UInt32 = 0o100
    if file.flags.isReadable { mode |= 0o400 }
    if file.flags.isWritable { mode |= 0o200 }
    link.mode = FileMode(.symbolicLink, mode)
    return link
  }

  override func list(_ writer: inout DirentWriter) throws(Errno) {
    guard writer.addDots(self), let files = proc.inspector.files(pid) else { return }
    while let descriptor = files.next(from: Int(writer.position) - 2) {
      let number = 2 << 40 | UInt64(pid) << 24 | UInt64(descriptor)
      guard addNumber(descriptor, to: &writer, inode: number, .symbolicLink, next: Int64(descriptor) + 3) else {
        return
      }
    }
  }
}
