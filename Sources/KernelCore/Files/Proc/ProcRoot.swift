// The root of /proc: the files of the system, and a directory for each process.

import LinuxABI

final class ProcRoot: ProcStaticDirectory {
  /// Cookies from here on are process numbers.
  private static let firstProcessCookie: Int64 = 1 << 32

  override init(_ filesystem: ProcFilesystem) {
    super.init(filesystem)
    mode = FileMode(.directory, 0o555)
    add("self", ProcSelfLink(filesystem))
    add("thread-self", ProcThreadSelfLink(filesystem))
    for (name, kind) in ProcTextKind.systemFiles { add(name, ProcText(filesystem, kind)) }
    add("mounts", ProcTextLink(filesystem, "self/mounts"))
    add("sysrq-trigger", ProcTrigger(filesystem))
    add("sys", makeSettings(filesystem))
  }

  private func makeSettings(_ filesystem: ProcFilesystem) -> Inode {
    let settings = ProcStaticDirectory(filesystem)
    let kernel = ProcStaticDirectory(filesystem)
    for (name, kind) in ProcTextKind.kernelSettings { kernel.add(name, ProcText(filesystem, kind)) }
    let files = ProcStaticDirectory(filesystem)
    for (name, kind) in ProcTextKind.fileSettings { files.add(name, ProcText(filesystem, kind)) }
    settings.add("kernel", kernel)
    settings.add("fs", files)
    return settings
  }

  override func lookup(_ name: Name) throws(Errno) -> Inode {
    guard let pid = name.decimal else { return try super.lookup(name) }
    guard let details = proc.inspector.details(pid) else { throw .ENOENT }
    return ProcProcessDirectory(proc, self, details)
  }

  override func list(_ writer: inout DirentWriter) throws(Errno) {
    if writer.position < Self.firstProcessCookie {
      guard writer.addDots(self), listEntries(&writer) else { return }
    }
    var first = Int32(clamping: max(1, writer.position - Self.firstProcessCookie))
    while let pid = proc.inspector.nextProcess(from: first) {
      let next = Self.firstProcessCookie + Int64(pid) + 1
      guard addNumber(pid, to: &writer, inode: ProcProcessDirectory.number(pid, 0), .directory, next: next) else {
        return
      }
      first = pid + 1
    }
  }

  override func name(of child: Inode, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    guard let pid = ProcProcessDirectory.process(ofNumber: child.number) else {
      return super.name(of: child, into: buffer)
    }
    return copyNumber(pid, to: buffer)
  }
}

/// Adds an entry whose name is a number.
public func addNumber(
  _ value: Int32, to writer: inout DirentWriter, inode: UInt64, _ type: FileType, next: Int64
) -> Bool {
  var digits = InlineArray<12, UInt8>(repeating: 0)
  return withUnsafeMutableBytes(of: &digits) { bytes in
    guard let count = copyNumber(value, to: bytes) else { return false }
    return writer.add(
      Name(UnsafeRawBufferPointer(rebasing: bytes[..<count])), inode: inode, type, next: next)
  }
}

/// Decimal digits; nil when they do not fit.
public func copyNumber(_ value: Int32, to buffer: UnsafeMutableRawBufferPointer) -> Int? {
  var text = TextBuffer()
  text.append(Int(value))
  guard text.count <= buffer.count, text.count > 0 else { return nil }
  buffer.baseAddress.unsafelyUnwrapped.copyMemory(
    from: text.bytes.baseAddress.unsafelyUnwrapped, byteCount: text.count)
  return text.count
}
