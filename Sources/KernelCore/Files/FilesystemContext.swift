// Where a process stands in the tree: root, working directory, umask. Copied by fork.
//
// Lock: class process, for another CPU may read a directory through /proc while the owner changes it.

import CMachine
import LinuxABI

public final class FilesystemContext {
  private let lock = SpinLock(apus_lock_process)
  private var rootDirectory: Inode
  private var directory: Inode
  /// Permission bits that new files do not get.
  public var umask = FileMode(rawValue: 0o022)

  public init(root: Inode, workingDirectory: Inode? = nil) {
    rootDirectory = root
    directory = workingDirectory ?? root
    rootDirectory.filesystem.use()
    directory.filesystem.use()
  }

  deinit {
    rootDirectory.filesystem.leave()
    directory.filesystem.leave()
  }

  public var root: Inode {
    get { lock.withLock { rootDirectory } }
    set { setRoot(newValue) }
  }

  public var workingDirectory: Inode {
    get { lock.withLock { directory } }
    set { setWorkingDirectory(newValue) }
  }

  /// For another process.
  public func fork() -> FilesystemContext {
    let copy = FilesystemContext(root: root, workingDirectory: workingDirectory)
    copy.umask = umask
    return copy
  }

  // The old directory is let go after the lock: it may be the last reference.
  private func setRoot(_ new: Inode) {
    new.filesystem.use()
    let old = lock.withLock {
      let old = rootDirectory
      rootDirectory = new
      return old
    }
    old.filesystem.leave()
  }

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
