// The path walk: from bytes to an inode, as path_resolution(7) has it.
//
// One walk serves one path of one call. `walkToLast` goes to the directory that holds the last component; `resolve`
// goes on to the inode. Symbolic links are spliced into the rest of the path, which then lives at the end of an
// expansion buffer: no recursion, and no allocation unless a link is met. Takes directory locks one at a time.
// The path's bytes, the root and the credentials must outlive the walk: it counts no reference to them.

import CMachine
import LinuxABI

public struct PathWalk: ~Copyable {
  /// Where the walk stands.
  public private(set) var directory: Inode
  /// The component it has not looked up; empty when the path names `directory` itself ("/").
  public private(set) var last: Name
  /// The path ended in a slash: what it names must be a directory.
  public private(set) var mustBeDirectory = false

  private var rest: Name
  private let root: Unmanaged<Inode>
  private let credentials: Unmanaged<Credentials>
  private let isPrivileged: Bool
  private var linksFollowed = 0
  private var expansion: FrameNumber?
  private static let expansionOrder = 1
  private static var expansionSize: Int { pageSize << expansionOrder }

  /// - Throws: ENOENT for an empty path, ENAMETOOLONG.
  public init(_ path: Name, from start: Inode, root: Inode, as credentials: Credentials) throws(Errno) {
    try self.init(
      path, startingAt: path.isAbsolute ? root : start, root: Unmanaged.passUnretained(root),
      as: Unmanaged.passUnretained(credentials))
  }

  /// The same for a caller that knows where the path starts: at `root` if it is absolute.
  @inline(__always)
  public init(
    _ path: Name, startingAt start: __owned Inode, root: Unmanaged<Inode>, as credentials: Unmanaged<Credentials>
  ) throws(Errno) {
    guard !path.isEmpty else { throw .ENOENT }
    guard path.count < PathLimit.path else { throw .ENAMETOOLONG }
    self.root = root
    self.credentials = credentials
    isPrivileged = credentials._withUnsafeGuaranteedRef { $0.isPrivileged }
    directory = start
    rest = path
    last = Name(path.base + path.count, count: 0)
  }

  deinit {
    if let expansion { Frames.release(expansion) }
  }

  /// The inode that the path names. A last symbolic link is followed if `followLast`, or if a slash comes after it.
  public mutating func resolve(followLast: Bool = true) throws(Errno) -> Inode {
    while true {
      try walkToLast()
      let found = try lookupLast()
      guard found.isSymbolicLink, followLast || mustBeDirectory else { return try checkKind(found) }
      if let target = try follow(found) { return try checkKind(target) }
    }
  }

  /// Goes to the directory of the last component, which becomes `last`.
  public mutating func walkToLast() throws(Errno) {
    while true {
      let component = try takeComponent()
      if rest.isEmpty {
        last = component
        return
      }
      try step(component)
    }
  }

  /// Looks up `last` where the walk stands.
  public func lookupLast() throws(Errno) -> Inode {
    if last.isEmpty { return directory }
    try checkSearch()
    return try find(last)
  }

  /// Follows `link`, which the walk has found under `last`: gives the target of a magic link; else splices the link's
  /// text into the path, and the caller walks on.
  public mutating func follow(_ link: Inode) throws(Errno) -> Inode? {
    linksFollowed += 1
    guard linksFollowed <= PathLimit.links else { throw .ELOOP }
    if let target = try link.jump() { return target }
    try splice(link)
    return nil
  }

  /// - Throws: ENOTDIR when the path wants a directory and `inode` is none.
  public func checkKind(_ inode: Inode) throws(Errno) -> Inode {
    if mustBeDirectory && !inode.isDirectory { throw .ENOTDIR }
    return inode
  }

  /// - Throws: ENOTDIR or EACCES unless the caller may look up names where the walk stands.
  @inline(__always)
  public func checkSearch() throws(Errno) {
    guard directory.isDirectory else { throw .ENOTDIR }
    if isPrivileged { return }
    try credentials.takeUnretainedValue().check(directory, .execute)
  }

  // MARK: Components

  /// The next component, without its slashes. Sets `mustBeDirectory` when slashes end the path.
  @inline(__always)
  private mutating func takeComponent() throws(Errno) -> Name {
    let slash = UInt8(ascii: "/")
    let count = rest.count
    var start = 0
    while start < count, rest[start] == slash { start &+= 1 }
    var end = start
    while end < count, rest[end] != slash { end &+= 1 }
    guard end &- start <= PathLimit.name else { throw .ENAMETOOLONG }
    let component = Name(rest.base + start, count: end &- start)
    while end < count, rest[end] == slash {
      end &+= 1
      if end == count { mustBeDirectory = true }
    }
    rest = Name(rest.base + end, count: count &- end)
    return component
  }

  /// Enters a component that is not the last.
  private mutating func step(_ component: Name) throws(Errno) {
    try checkSearch()
    let found = try find(component)
    if found.isSymbolicLink {
      if let target = try follow(found) { directory = target }
    } else {
      directory = found
    }
  }

  @inline(__always)
  private func find(_ component: Name) throws(Errno) -> Inode {
    if component.isDot { return directory }
    if component.isDotDot { return parent() }
    return MountTable.cross(try directory.lookup(component))
  }

  /// `..`: up through mount points, and never above the root.
  private func parent() -> Inode {
    let root = root.takeUnretainedValue()
    var current = directory
    while current !== root, current === current.filesystem.rootInode {
      guard let covered = MountTable.mountPoint(of: current.filesystem) else { return current }
      current = covered
    }
    return current === root ? current : MountTable.cross(current.parentDirectory())
  }

  // MARK: Links

  /// Puts the link's text before the rest of the path.
  private mutating func splice(_ link: Inode) throws(Errno) {
    let buffer = try expansionBuffer()
    let restStart = Self.expansionSize - rest.count
    if rest.isEmpty == false, UnsafeRawPointer(rest.base) != UnsafeRawPointer(buffer + restStart) {
      (buffer + restStart).copyMemory(from: rest.base, byteCount: rest.count)
    }
    let room = restStart - 1
    guard room > 0 else { throw .ENAMETOOLONG }
    let count = try link.readLink(into: UnsafeMutableRawBufferPointer(start: buffer, count: room))
    guard count > 0 else { throw .ENOENT }
    guard count < room else { throw .ENAMETOOLONG }
    join(buffer, linkCount: count, restStart: restStart)
  }

  /// Moves the text at the buffer's start to just before the rest, with a slash between them.
  private mutating func join(_ buffer: UnsafeMutableRawPointer, linkCount: Int, restStart: Int) {
    var start = restStart
    if !rest.isEmpty {
      start -= 1
      buffer.storeBytes(of: UInt8(ascii: "/"), toByteOffset: start, as: UInt8.self)
    }
    start -= linkCount
    (buffer + start).copyMemory(from: buffer, byteCount: linkCount)
    rest = Name(UnsafeRawBufferPointer(start: buffer + start, count: Self.expansionSize - start))
    if rest.isAbsolute { directory = root.takeUnretainedValue() }
  }

  private mutating func expansionBuffer() throws(Errno) -> UnsafeMutableRawPointer {
    if let expansion { return expansion.pointer }
    let made = try Frames.allocate(order: Self.expansionOrder)
    expansion = made
    return made.pointer
  }
}
