// What is mounted where. The path walk asks it only at inodes with `isMountPoint` set.
//
// Lock: class mounts. A file system is mounted once; bind mounts and moves are refused.

import CMachine
import LinuxABI

public enum MountTable {
  private static let lock = SpinLock<Locks.Mounts>()
  nonisolated(unsafe) private static var mounted: [Filesystem] = []

  /// The root of all; nil before boot has mounted it.
  public static var root: Inode? { lock.withLock { mounted.first?.rootInode } }

  /// Mounts the first file system.
  public static func mountRoot(_ filesystem: Filesystem, source: Name) {
    filesystem.source = bytes(source)
    lock.withLock { mounted = [filesystem] }
  }

  /// Covers `directory` with `filesystem`.
  /// - Throws: ENOTDIR, EBUSY when something is mounted there already.
  public static func mount(_ filesystem: Filesystem, on directory: Inode, source: Name) throws(Errno) {
    guard directory.isDirectory else { throw .ENOTDIR }
    filesystem.source = bytes(source)
    lock.acquire()
    defer { lock.release() }
    guard !directory.isMountPoint, filesystem.mountPoint == nil else { throw .EBUSY }
    filesystem.mountPoint = directory
    directory.isMountPoint = true
    mounted.append(filesystem)
  }

  /// Takes the file system whose root is `root` out of the tree.
  /// - Throws: EINVAL when it is not a mounted root; EBUSY for the first root, while others are mounted inside, and
  ///   while it is used, unless `evenIfBusy` (MNT_DETACH: its users keep what they have).
  public static func unmount(_ root: Inode, evenIfBusy: Bool) throws(Errno) {
    let filesystem = root.filesystem
    guard filesystem.rootInode === root else { throw .EINVAL }
    guard evenIfBusy || !filesystem.isInUse else { throw .EBUSY }
    try remove(filesystem)
    filesystem.detach()
  }

  private static func remove(_ filesystem: Filesystem) throws(Errno) {
    lock.acquire()
    defer { lock.release() }
    guard let index = mounted.firstIndex(where: { $0 === filesystem }) else { throw .EINVAL }
    guard index != 0 else { throw .EBUSY }
    for other in mounted where other.mountPoint?.filesystem === filesystem { throw .EBUSY }
    filesystem.mountPoint?.isMountPoint = false
    filesystem.mountPoint = nil
    mounted.remove(at: index)
  }

  /// MS_REMOUNT: changes the flags.
  public static func setFlags(_ filesystem: Filesystem, _ flags: MountFlags) {
    lock.withLock { filesystem.flags = flags }
  }

  /// The root of what is mounted on `directory`, which is given back when nothing is.
  @inline(__always)
  public static func cross(_ directory: Inode) -> Inode {
    directory.isMountPoint ? crossSlowly(directory) : directory
  }

  private static func crossSlowly(_ directory: Inode) -> Inode {
    lock.withLock {
      var current = directory
      while current.isMountPoint, let over = mounted.first(where: { $0.mountPoint === current }) {
        current = over.root
      }
      return current
    }
  }

  /// The directory that a root covers: the way up through a mount point.
  public static func mountPoint(of filesystem: Filesystem) -> Inode? { lock.withLock { filesystem.mountPoint } }

  /// The mounted file system at `index`, in the order of mounting: for /proc/mounts and sync.
  public static func filesystem(at index: Int) -> Filesystem? {
    lock.withLock { index < mounted.count ? mounted[index] : nil }
  }

  private static func bytes(_ name: Name) -> [UInt8] {
    [UInt8](UnsafeBufferPointer(start: name.base, count: name.count))
  }
}
