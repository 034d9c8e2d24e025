// What the calls that take a path share: the path's bytes, where it starts, and the walk.

import CMachine
import KernelCore
import LinuxABI
import Tracer

extension Syscalls {
  private static let shortPath = 256

  /// Runs `body` with a path from user memory. Short paths stand on the stack, long ones in a page.
  /// - Throws: EFAULT, ENAMETOOLONG, ENOMEM.
  @inline(__always)
  static func withPath<Result>(
    _ address: UInt, _ body: (Name) throws(Errno) -> Result
  ) throws(Errno) -> Result {
    let outcome: Swift.Result<Result?, Errno> = withUnsafeTemporaryAllocation(byteCount: shortPath, alignment: 8) {
      buffer in
      do throws(Errno) {
        guard let path = try copyPath(address, buffer) else { return .success(nil) }
        return .success(try body(path))
      } catch { return .failure(error) }
    }
    if let result = try outcome.get() { return result }
    return try withLongPath(address, body)
  }

  private static func withLongPath<Result>(
    _ address: UInt, _ body: (Name) throws(Errno) -> Result
  ) throws(Errno) -> Result {
    let page = try Frames.allocate()
    defer { Frames.release(page) }
    let buffer = UnsafeMutableRawBufferPointer(start: page.pointer, count: pageSize)
    guard let path = try copyPath(address, buffer) else { throw .ENAMETOOLONG }
    return try body(path)
  }

  /// Nil when the path and its NUL do not fit.
  @inline(__always)
  private static func copyPath(_ address: UInt, _ buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Name? {
    guard address < UserMemory.end else { throw .EFAULT }
    let limit = min(buffer.count, Int(UserMemory.end - address))
    let bytes = buffer.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
    let count = apus_user_copy_string(bytes, UnsafePointer(bitPattern: address), limit)
    guard count >= 0 else { throw .EFAULT }
    if count < limit { return Name(bytes, count: Int(count)) }
    guard limit == buffer.count else { throw .EFAULT }
    return nil
  }

  /// The start of a walk: `directory` is a descriptor or AT_FDCWD.
  @inline(__always)
  static func walk(_ caller: Thread, _ directory: Int32, _ path: Name) throws(Errno) -> PathWalk {
    let root = try caller.withContext { (context: FilesystemContext) throws(Errno) in context.borrowedRoot }
    let start = path.isAbsolute ? root.takeUnretainedValue() : try base(caller, directory)
    return try PathWalk(
      path, startingAt: start, root: root, as: Unmanaged.passUnretained(caller.process.credentials))
  }

  // The two ways of walking, as span path_lookup.

  @inline(__always)
  static func lookUp(_ caller: Thread, _ walk: inout PathWalk, followLast: Bool = true) throws(Errno) -> Inode {
    let start = Probes.path.begin(caller)
    defer { Probes.path.end(start, caller) }
    return try walk.resolve(followLast: followLast)
  }

  @inline(__always)
  static func walkToLast(_ caller: Thread, _ walk: inout PathWalk) throws(Errno) {
    let start = Probes.path.begin(caller)
    defer { Probes.path.end(start, caller) }
    try walk.walkToLast()
  }

  /// The inode of a descriptor, or the working directory.
  static func base(_ caller: Thread, _ directory: Int32) throws(Errno) -> Inode {
    if directory == AtFlags.currentDirectory {
      return try caller.withContext { (context: FilesystemContext) throws(Errno) in context.ownWorkingDirectory }
    }
    return try caller.withAnyFile(directory) { (file: OpenFile) throws(Errno) in file.inode }
  }

  /// The inode that a path names.
  static func resolve(
    _ caller: Thread, _ directory: Int32, _ address: UInt, follow: Bool, allowEmpty: Bool = false
  ) throws(Errno) -> Inode {
    try withPath(address) { (path: Name) throws(Errno) in
      try resolve(caller, directory, path, follow: follow, allowEmpty: allowEmpty)
    }
  }

  @inline(__always)
  static func resolve(
    _ caller: Thread, _ directory: Int32, _ path: Name, follow: Bool, allowEmpty: Bool
  ) throws(Errno) -> Inode {
    if path.isEmpty && allowEmpty { return try base(caller, directory) }
    var walk = try walk(caller, directory, path)
    return try lookUp(caller, &walk, followLast: follow)
  }

  /// Makes a new entry under a path: `body` gets its directory and name, which is free and may be written.
  /// - Throws: EEXIST, EROFS, EACCES; ENOENT for a name with a slash after it that is not to be a directory.
  static func makeEntry(
    _ caller: Thread, _ directory: Int32, _ path: Name, isDirectory: Bool,
    _ body: (Inode, Name) throws(Errno) -> Void
  ) throws(Errno) {
    var walk = try walk(caller, directory, path)
    try walkToLast(caller, &walk)
    guard !walk.last.isEmpty, !walk.last.isDot, !walk.last.isDotDot else { throw .EEXIST }
    guard try lookupIfPresent(walk) == nil else { throw .EEXIST }
    if walk.mustBeDirectory && !isDirectory { throw .ENOENT }
    try walk.directory.filesystem.checkWritable()
    try caller.process.credentials.check(walk.directory, [.write, .execute])
    try body(walk.directory, walk.last)
  }

  /// The inode of the walk's last component; nil when there is none.
  static func lookupIfPresent(_ walk: borrowing PathWalk) throws(Errno) -> Inode? {
    do throws(Errno) {
      return try walk.lookupLast()
    } catch {
      guard error == .ENOENT else { throw error }
      return nil
    }
  }

  /// The permission bits of a new file.
  @inline(__always)
  static func newMode(_ caller: Thread, _ type: FileType, _ mode: UInt32) -> FileMode {
    FileMode(type, mode).subtracting(caller.process.filesystem.umask)
  }
}
