// Where a process stands in the tree: root, working directory, umask. Copied by fork.
//
// The process's own threads change it. While it is not shared between threads (`isShared`) its thread reads it without a
// lock; others, and /proc, take `lock` (class process).

import CMachine
import LinuxABI

public final class FilesystemContext {
  private let lock = SpinLock<Locks.Process>()
  private var rootReference: Unmanaged<Inode>
  private var directory: Inode
  /// Several threads use it. Set before the second one starts.
  public var isShared = false
  /// Permission bits that new files do not get.
  public var umask = FileMode(rawValue: 0o022)

  public init(root: Inode, workingDirectory: Inode? = nil) {
    rootReference = Unmanaged.passRetained(root)
    directory = workingDirectory ?? root
    root.filesystem.use()
    directory.filesystem.use()
  }

  deinit {
    let root = rootReference.takeRetainedValue()
    root.filesystem.leave()
    directory.filesystem.leave()
  }

  public var root: Inode {
    get { lock.withLock { rootReference.takeUnretainedValue() } }
    set { setRoot(newValue) }
  }

  public var workingDirectory: Inode {
    get { lock.withLock { directory } }
    set { setWorkingDirectory(newValue) }
  }

  /// The root for a path walk of the calling thread, which counts no reference to it.
  @inline(__always)
  public var borrowedRoot: Unmanaged<Inode> { rootReference }

  /// The working directory, for the calling thread.
  @inline(__always)
  public var ownWorkingDirectory: Inode { isShared ? workingDirectory : directory }

  /// For another process.
  public func fork() -> FilesystemContext {
    let copy = FilesystemContext(root: root, workingDirectory: workingDirectory)
    copy.umask = umask
    return copy
  }

  private func setRoot(_ new: Inode) {
    new.filesystem.use()
    let old = lock.withLock {
      let old = rootReference
      rootReference = Unmanaged.passRetained(new)
      return old
    }
    // A walk of another thread may be using the old root, uncounted: chroot is rare, so that reference stays for ever.
    if isShared { return }
    let inode = old.takeRetainedValue()
    inode.filesystem.leave()
  }

  // The old directory is let go after the lock: it may be the last reference.
  private func setWorkingDirectory(_ new: Inode) {
    new.filesystem.use()
    let old = lock.withLock {
      let old = directory
      directory = new
      return old
    }
    old.filesystem.leave()
  }
}
