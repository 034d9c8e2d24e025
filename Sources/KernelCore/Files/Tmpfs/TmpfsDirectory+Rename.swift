// rename(2) within a tmpfs.
//
// Locks: `topology` first, if two directories take part, then both directories, an ancestor before its descendant and
// unrelated ones by address; then the directory that is replaced. Parents change under `topology` only, so walking up
// from a directory is safe while it is held.

import LinuxABI

extension TmpfsDirectory {
  func moveEntry(
    _ name: Name, to target: Inode, as newName: Name, _ flags: RenameFlags, by credentials: Credentials
  ) throws(Errno) {
    try filesystem.checkWritable()
    guard target.filesystem === filesystem, target.isDirectory else { throw .EXDEV }
    let target = unsafeDowncast(target, to: TmpfsDirectory.self)
    // What is replaced goes after all locks.
    let replaced: Inode?
    if target === self {
      entriesLock.acquire()
      defer { entriesLock.release() }
      replaced = try move(name, to: self, newName, flags, credentials)
    } else {
      let tree = unsafeDowncast(filesystem, to: Tmpfs.self)
      tree.topology.acquire()
      defer { tree.topology.release() }
      let (first, second) = lockOrder(target)
      first.entriesLock.acquire()
      defer { first.entriesLock.release() }
      second.entriesLock.acquire()
      defer { second.entriesLock.release() }
      replaced = try move(name, to: target, newName, flags, credentials)
    }
    guard let replaced, !replaced.isDirectory else { return }
    replaced.lock.withLock {
      replaced.links -= 1
      replaced.stamp(.changed)
    }
  }

  private func lockOrder(_ other: TmpfsDirectory) -> (TmpfsDirectory, TmpfsDirectory) {
    if isAncestor(of: other) { return (self, other) }
    if other.isAncestor(of: self) { return (other, self) }
    let isLower = Unmanaged.passUnretained(self).toOpaque() < Unmanaged.passUnretained(other).toOpaque()
    return isLower ? (self, other) : (other, self)
  }

  /// True also for the directory itself. `topology` held, or this is the only directory of the rename.
  private func isAncestor(of inode: Inode) -> Bool {
    var current: Inode? = inode
    while let directory = current {
      if directory === self { return true }
      current = directory.parent
    }
    return false
  }

  /// Both directories locked. Returns what was replaced.
  private func move(
    _ name: Name, to target: TmpfsDirectory, _ newName: Name, _ flags: RenameFlags, _ credentials: Credentials
  ) throws(Errno) -> Inode? {
    guard let from = entries.find(name) else { throw .ENOENT }
    let moved = entries.inode(at: from)
    try checkRemoval(of: moved, credentials)
    guard !target.isRemoved else { throw .ENOENT }
    let at = target.entries.find(newName)
    let present = at.map { target.entries.inode(at: $0) }
    if present == nil { try credentials.check(target, [.write, .execute]) }
    if let present { try target.checkRemoval(of: present, credentials) }
    try checkMove(of: moved, to: target, over: present, flags, credentials)
    if present === moved { return nil }
    if let present, let at {
      if flags.contains(.exchange) {
        exchange(from, moved, target, at, present)
        return nil
      }
      try Self.checkReplacement(of: present, by: moved)
      return replace(from, moved, target, at, present)
    }
    try target.enter(newName, moved)
    // The names' table may have grown, but slots keep their places.
    _ = leave(from)
    moved.lock.withLock { moved.stamp(.changed) }
    return nil
  }

  private func checkMove(
    of moved: Inode, to target: TmpfsDirectory, over present: Inode?, _ flags: RenameFlags, _ credentials: Credentials
  ) throws(Errno) {
    if flags.contains(.noReplace), present != nil { throw .EEXIST }
    if flags.contains(.exchange), present == nil { throw .ENOENT }
    if let directory = moved.directory, directory.isAncestor(of: target) { throw .EINVAL }
    if let directory = present?.directory, directory !== moved, directory.isAncestor(of: self) {
      throw flags.contains(.exchange) ? .EINVAL : .ENOTEMPTY
    }
    guard !moved.isMountPoint, present?.isMountPoint != true else { throw .EBUSY }
    guard target !== self else { return }
    if moved.isDirectory { try credentials.check(moved, .write) }
    if flags.contains(.exchange), let present, present.isDirectory { try credentials.check(present, .write) }
  }

  private static func checkReplacement(of present: Inode, by moved: Inode) throws(Errno) {
    if moved.isDirectory && !present.isDirectory { throw .ENOTDIR }
    if !moved.isDirectory && present.isDirectory { throw .EISDIR }
    try present.directory?.markRemoved()
  }

  private func replace(
    _ from: Int, _ moved: Inode, _ target: TmpfsDirectory, _ at: Int, _ present: Inode
  ) -> Inode {
    let old = target.entries.replace(at: at, with: moved)
    target.disown(present)
    target.adopt(moved)
    _ = leave(from)
    moved.lock.withLock { moved.stamp(.changed) }
    return old
  }

  private func exchange(_ from: Int, _ moved: Inode, _ target: TmpfsDirectory, _ at: Int, _ present: Inode) {
    _ = entries.replace(at: from, with: present)
    _ = target.entries.replace(at: at, with: moved)
    disown(moved)
    target.disown(present)
    adopt(present)
    target.adopt(moved)
    moved.lock.withLock { moved.stamp(.changed) }
    present.lock.withLock { present.stamp(.changed) }
  }
}

extension Inode {
  /// As the directory of a tmpfs that it is; other kinds of directory never get here.
  fileprivate var directory: TmpfsDirectory? {
    isDirectory ? unsafeDowncast(self, to: TmpfsDirectory.self) : nil
  }
}
