// A directory in memory.
//
// `entries` is guarded by `entriesLock` (class directory, before inode). Two directories are locked at once only by
// rename, and by the removal of a directory: parent before child. `isRemoved` stops new entries in a removed directory.

import CMachine
import LinuxABI

public final class TmpfsDirectory: Inode {
  let entriesLock = SpinLock<Locks.Directory>()
  var entries = NameTable()
  var isRemoved = false

  private var tmpfs: Tmpfs { unsafeDowncast(filesystem, to: Tmpfs.self) }

  deinit {
    while let index = entries.next(from: 0) { entries.remove(at: index) }
    entries.free()
  }

  // MARK: Reading

  public override func lookup(_ name: Name) throws(Errno) -> Inode {
    entriesLock.acquire()
    defer { entriesLock.release() }
    guard let index = entries.find(name) else { throw .ENOENT }
    return entries.inode(at: index)
  }

  /// Cookies are slot indexes, after the two dots.
  public override func list(_ writer: inout DirentWriter) throws(Errno) {
    if isRemoved { throw .ENOENT }
    guard writer.addDots(self) else { return }
    entriesLock.acquire()
    defer { entriesLock.release() }
    while let index = entries.next(from: Int(max(0, writer.position - 2))) {
      let inode = entries.inode(at: index)
      guard writer.add(entries.name(at: index), inode: inode.number, inode.mode.type, next: Int64(index) + 3) else {
        return
      }
    }
  }

  public override func name(of child: Inode, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    entriesLock.withLock {
      guard let index = entries.index(of: child) else { return nil }
      let name = entries.name(at: index)
      guard name.count <= buffer.count else { return nil }
      buffer.baseAddress.unsafelyUnwrapped.copyMemory(from: name.base, byteCount: name.count)
      return name.count
    }
  }

  // MARK: Adding

  public override func create(_ name: Name, _ node: NewNode) throws(Errno) -> Inode {
    let inode = try tmpfs.makeInode(inheriting(node))
    try add(name, inode)
    return inode
  }

  public override func createUnnamed(_ node: NewNode) throws(Errno) -> Inode {
    let inode = try tmpfs.makeInode(inheriting(node))
    inode.links = 0
    return inode
  }

  public override func symlink(_ name: Name, target: Name, _ node: NewNode) throws(Errno) -> Inode {
    try tmpfs.checkInodeLimit()
    let owner = inheriting(node)
    let inode = try TmpfsSymlink(filesystem, target: target, uid: owner.uid, gid: owner.gid)
    try add(name, inode)
    return inode
  }

  public override func link(_ name: Name, to inode: Inode) throws(Errno) {
    guard inode.filesystem === filesystem else { throw .EXDEV }
    guard !inode.isDirectory else { throw .EPERM }
    try add(name, inode)
    inode.lock.withLock {
      inode.links += 1
      inode.stamp(.changed)
    }
  }

  private func add(_ name: Name, _ inode: Inode) throws(Errno) {
    try filesystem.checkWritable()
    entriesLock.acquire()
    defer { entriesLock.release() }
    guard !isRemoved else { throw .ENOENT }
    guard entries.find(name) == nil else { throw .EEXIST }
    try enter(name, inode)
  }

  /// A set-group-id directory passes its group on, and the bit itself to directories.
  private func inheriting(_ node: NewNode) -> NewNode {
    guard mode.contains(.setGroupID) else { return node }
    var result = node
    result.gid = gid
    if node.mode.isDirectory { result.mode.insert(.setGroupID) }
    return result
  }

  // MARK: Removing

  public override func unlink(_ name: Name, as credentials: Credentials) throws(Errno) {
    // The inode goes after the lock: it may free a file's pages.
    let removed = try takeOut(name, as: credentials)
    removed.lock.withLock {
      removed.links -= 1
      removed.stamp(.changed)
    }
  }

  private func takeOut(_ name: Name, as credentials: Credentials) throws(Errno) -> Inode {
    try filesystem.checkWritable()
    entriesLock.acquire()
    defer { entriesLock.release() }
    guard let index = entries.find(name) else { throw .ENOENT }
    let inode = entries.inode(at: index)
    try checkRemoval(of: inode, credentials)
    guard !inode.isDirectory else { throw .EISDIR }
    return leave(index)
  }

  public override func rmdir(_ name: Name, as credentials: Credentials) throws(Errno) {
    let removed = try takeOutDirectory(name, as: credentials)
    _ = consume removed
  }

  private func takeOutDirectory(_ name: Name, as credentials: Credentials) throws(Errno) -> Inode {
    try filesystem.checkWritable()
    entriesLock.acquire()
    defer { entriesLock.release() }
    guard let index = entries.find(name) else { throw .ENOENT }
    let inode = entries.inode(at: index)
    try checkRemoval(of: inode, credentials)
    guard inode.isDirectory else { throw .ENOTDIR }
    guard !inode.isMountPoint else { throw .EBUSY }
    try unsafeDowncast(inode, to: TmpfsDirectory.self).markRemoved()
    return leave(index)
  }

  public override func rename(
    _ name: Name, to target: Inode, as newName: Name, _ flags: RenameFlags, by credentials: Credentials
  ) throws(Errno) {
    try moveEntry(name, to: target, as: newName, flags, by: credentials)
  }

  /// - Throws: ENOTEMPTY.
  func markRemoved() throws(Errno) {
    entriesLock.acquire()
    defer { entriesLock.release() }
    guard entries.count == 0 else { throw .ENOTEMPTY }
    isRemoved = true
    lock.withLock {
      links = 0
      stamp(.changed)
    }
  }

  /// - Throws: EACCES without write permission here; EPERM when the sticky bit protects `inode`.
  func checkRemoval(of inode: Inode, _ credentials: Credentials) throws(Errno) {
    try credentials.check(self, [.write, .execute])
    guard mode.contains(.sticky), !credentials.owns(self), !credentials.owns(inode) else { return }
    throw .EPERM
  }

  /// Empties the directory of a dead tree; its directories go to `pending`.
  func removeAll(addingDirectoriesTo pending: inout [TmpfsDirectory]) {
    while let index = entriesLock.withLock({ entries.next(from: 0) }) {
      let inode = entriesLock.withLock { entries.remove(at: index) }
      if inode.isDirectory { pending.append(unsafeDowncast(inode, to: TmpfsDirectory.self)) }
    }
    lock.withLock { parent = nil }
  }

  // MARK: Entries. Lock held.

  /// Adds an entry and accounts it: times, size, links.
  func enter(_ name: Name, _ inode: Inode) throws(Errno) {
    try entries.insert(name, inode)
    adopt(inode)
  }

  /// Accounts an entry that has come here.
  func adopt(_ inode: Inode) {
    let isDirectory = inode.isDirectory
    lock.withLock {
      if isDirectory { links += 1 }
      accountChange()
    }
    let old = inode.lock.withLock {
      let old = inode.parent
      inode.parent = self
      if isDirectory { inode.links = max(inode.links, 2) }
      return old
    }
    _ = consume old
  }

  /// Takes an entry out and accounts it.
  func leave(_ index: Int) -> Inode {
    let inode = entries.remove(at: index)
    disown(inode)
    return inode
  }

  /// Accounts that an entry has gone.
  func disown(_ inode: Inode) {
    let isDirectory = inode.isDirectory
    lock.withLock {
      if isDirectory { links -= 1 }
      accountChange()
    }
  }

  private func accountChange() {
    size = Int64(entries.count * 20)
    stamp([.modified, .changed])
  }
}
