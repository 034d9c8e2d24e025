// /proc/PID/task: a directory for each thread of a process, with the texts of its own.

import LinuxABI

final class ProcTaskDirectory: Inode {
  private let pid: Int32

  init(_ filesystem: ProcFilesystem, _ pid: Int32, owner: Inode) {
    self.pid = pid
    super.init(
      filesystem, mode: FileMode(.directory, 0o555), uid: owner.uid, gid: owner.gid,
      number: ProcProcessDirectory.number(pid, 126))
    parent = owner
    links = 2
  }

  private var proc: ProcFilesystem { unsafeDowncast(filesystem, to: ProcFilesystem.self) }

  override func lookup(_ name: Name) throws(Errno) -> Inode {
    guard let thread = name.decimal, proc.inspector.details(pid, thread: thread) != nil else { throw .ENOENT }
    return ProcThreadDirectory(proc, pid, thread, owner: self)
  }

  override func list(_ writer: inout DirentWriter) throws(Errno) {
    guard writer.addDots(self) else { return }
    while let thread = proc.inspector.nextThread(of: pid, from: Int32(clamping: writer.position - 2)) {
      let number = ProcThreadDirectory.number(thread, 0)
      guard addNumber(thread, to: &writer, inode: number, .directory, next: Int64(thread) + 3) else { return }
    }
  }

  override func name(of child: Inode, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    guard child.number >> 40 == 4 else { return nil }
    return copyNumber(Int32(truncatingIfNeeded: (child.number & (1 << 40 - 1)) >> 8), to: buffer)
  }
}

/// /proc/PID/task/TID.
final class ProcThreadDirectory: Inode {
  private let pid: Int32
  private let thread: Int32

  static func number(_ thread: Int32, _ place: Int) -> UInt64 { 4 << 40 | UInt64(thread) << 8 | UInt64(place) }

  init(_ filesystem: ProcFilesystem, _ pid: Int32, _ thread: Int32, owner: Inode) {
    self.pid = pid
    self.thread = thread
    super.init(
      filesystem, mode: FileMode(.directory, 0o555), uid: owner.uid, gid: owner.gid, number: Self.number(thread, 0))
    parent = owner
    links = 2
  }

  private var proc: ProcFilesystem { unsafeDowncast(filesystem, to: ProcFilesystem.self) }

  override func lookup(_ name: Name) throws(Errno) -> Inode {
    guard proc.inspector.details(pid, thread: thread) != nil else { throw .ENOENT }
    for (index, file) in ProcTextKind.processFiles.enumerated() where name == file.name {
      return ProcText(proc, file.kind, pid, thread: thread, number: Self.number(thread, index + 1), owner: self)
    }
    throw .ENOENT
  }

  override func list(_ writer: inout DirentWriter) throws(Errno) {
    guard writer.addDots(self) else { return }
    let files = ProcTextKind.processFiles
    while writer.position - 2 < Int64(files.count) {
      let place = Int(writer.position) - 2
      let next = writer.position + 1
      guard writer.add(Name(files[place].name), inode: Self.number(thread, place + 1), .regular, next: next) else {
        return
      }
    }
  }
}
