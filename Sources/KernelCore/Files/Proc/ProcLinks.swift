// The symbolic links of /proc. Magic links lead to an inode whatever their text says, so that a removed program can
// still be executed through /proc/self/exe and a pipe opened again through /proc/self/fd.

import LinuxABI

/// /proc/self: the caller's number.
final class ProcSelfLink: Inode {
  init(_ filesystem: ProcFilesystem) { super.init(filesystem, mode: FileMode(.symbolicLink, 0o777)) }

  override func readLink(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    let pid = unsafeDowncast(filesystem, to: ProcFilesystem.self).inspector.currentProcess()
    return copyNumber(pid, to: buffer) ?? 0
  }
}

/// /proc/thread-self: the calling thread's directory.
final class ProcThreadSelfLink: Inode {
  init(_ filesystem: ProcFilesystem) { super.init(filesystem, mode: FileMode(.symbolicLink, 0o777)) }

  override func readLink(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    let inspector = unsafeDowncast(filesystem, to: ProcFilesystem.self).inspector
    var text = TextBuffer()
    text.append(Int(inspector.currentProcess()))
    text.append("/task/")
    text.append(Int(inspector.currentThread()))
    let count = min(text.count, buffer.count)
    guard count > 0, let base = text.bytes.baseAddress else { throw .ENOMEM }
    buffer.baseAddress.unsafelyUnwrapped.copyMemory(from: base, byteCount: count)
    return count
  }
}

/// A link with a fixed text.
final class ProcTextLink: Inode {
  private let target: StaticString

  init(_ filesystem: ProcFilesystem, _ target: StaticString) {
    self.target = target
    super.init(filesystem, mode: FileMode(.symbolicLink, 0o777))
  }

  override func readLink(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    let text = Name(target)
    let count = min(text.count, buffer.count)
    buffer.baseAddress.unsafelyUnwrapped.copyMemory(from: text.base, byteCount: count)
    return count
  }
}

final class ProcMagicLink: Inode {
  enum Kind {
    case executable
    case workingDirectory
    case root
    case descriptor(Int32)
  }

  private let kind: Kind
  private let pid: Int32

  init(_ filesystem: ProcFilesystem, _ kind: Kind, _ pid: Int32, number: UInt64, owner: Inode) {
    self.kind = kind
    self.pid = pid
    super.init(
      filesystem, mode: FileMode(.symbolicLink, 0o777), uid: owner.uid, gid: owner.gid, number: number)
  }

  override func jump() throws(Errno) -> Inode? { try target() }

  override func readLink(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    let inode = try target()
    let inspector = unsafeDowncast(filesystem, to: ProcFilesystem.self).inspector
    let viewer = inspector.context(inspector.currentProcess())
    return try FileText.describe(inode, root: viewer?.root ?? inode.filesystem.root, into: buffer)
  }

  /// - Throws: ENOENT when the process or the descriptor is gone.
  private func target() throws(Errno) -> Inode {
    let inspector = unsafeDowncast(filesystem, to: ProcFilesystem.self).inspector
    let found: Inode?
    switch kind {
    case .executable: found = inspector.executable(pid)
    case .workingDirectory: found = inspector.context(pid)?.workingDirectory
    case .root: found = inspector.context(pid)?.root
    case .descriptor(let descriptor): found = (try? inspector.files(pid)?.retained(descriptor))?.inode
    }
    guard let found else { throw .ENOENT }
    return found
  }
}

/// What a file is called where only the file is known.
enum FileText {
  /// Its path, or `pipe:[number]`; a removed file's text ends in " (deleted)".
  static func describe(
    _ inode: Inode, root: Inode, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Errno) -> Int {
    if inode.filesystem === PipeFilesystem.shared {
      var text = TextBuffer()
      text.append("pipe:[")
      text.append(Int(inode.number))
      text.append("]")
      return copy(text.bytes, to: buffer)
    }
    if let object = inode as? AnonymousInode {
      var text = TextBuffer()
      object.describe(to: &text)
      return copy(text.bytes, to: buffer)
    }
    if let file = inode as? TmpfsFile, let name = file.memoryName {
      var text = TextBuffer()
      text.append("/memfd:")
      text.append(name)
      text.append(" (deleted)")
      return copy(text.bytes, to: buffer)
    }
    // The path needs more room on its way than the reader may have.
    let page = try Frames.allocate()
    defer { Frames.release(page) }
    let room = UnsafeMutableRawBufferPointer(start: page.pointer, count: pageSize)
    do throws(Errno) {
      let path = try PathText.render(inode, root: root, into: room)
      return copy(UnsafeRawBufferPointer(start: path.base, count: path.count), to: buffer)
    } catch {
      guard error == .ENOENT else { throw error }
      let name = Name("/ (deleted)")
      return copy(UnsafeRawBufferPointer(start: name.base, count: name.count), to: buffer)
    }
  }

  private static func copy(_ bytes: UnsafeRawBufferPointer, to buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(bytes.count, buffer.count)
    guard count > 0 else { return 0 }
    buffer.baseAddress.unsafelyUnwrapped.copyMemory(from: bytes.baseAddress.unsafelyUnwrapped, byteCount: count)
    return count
  }
}
