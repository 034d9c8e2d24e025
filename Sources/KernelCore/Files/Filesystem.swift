// One mounted tree (a superblock). Its inodes keep it alive; unmounting breaks the cycle by `tearDown`.
//
// `mountPoint` and `source` change under the mount table's lock only. A file system is mounted at one place at most, so
// that an inode alone says where it is.

import LinuxABI
import Synchronization

open class Filesystem {
  public let typeName: StaticString
  /// st_dev of its files.
  public let device: DeviceNumber
  public final internal(set) var flags: MountFlags
  /// What the mount table shows as the device.
  public final internal(set) var source: [UInt8] = []
  /// The directory that the root covers; nil for the first root and for what is not mounted.
  public final internal(set) var mountPoint: Inode?
  /// Set once, by the initializer of a subclass.
  public final var rootInode: Inode?

  private let lastNumber = Atomic<UInt64>(0)
  private static let lastDevice = Atomic<UInt32>(0)

  public init(typeName: StaticString, flags: MountFlags = []) {
    self.typeName = typeName
    self.flags = flags
    device = DeviceNumber(major: 0, minor: Self.lastDevice.wrappingAdd(1, ordering: .relaxed).newValue)
  }

  public final var root: Inode { rootInode.unsafelyUnwrapped }
  public final var isReadOnly: Bool { flags.contains(.readOnly) }

  /// A number that no other inode of the tree has.
  public final func makeNumber() -> UInt64 { lastNumber.wrappingAdd(1, ordering: .relaxed).newValue }

  /// - Throws: EROFS.
  @inline(__always)
  public final func checkWritable() throws(Errno) {
    if isReadOnly { throw .EROFS }
  }

  private let inodes = Atomic<Int>(0)

  /// Inodes that exist, named or not.
  public final var inodeCount: Int { inodes.load(ordering: .relaxed) }

  final func countInode(_ change: Int) { inodes.wrappingAdd(change, ordering: .relaxed) }

  /// Open files and working directories in the tree; unmounting is refused while there are any.
  private let users = Atomic<Int>(0)
  private let isDetached = Atomic<Bool>(false)

  @inline(__always)
  final func use() { users.wrappingAdd(1, ordering: .relaxed) }

  /// The counterpart of `use`. The last user of a detached tree frees it.
  @inline(__always)
  final func leave() {
    let left = users.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue
    if left == 0 && isDetached.load(ordering: .acquiring) { tearDown() }
  }

  public final var isInUse: Bool { users.load(ordering: .acquiring) > 0 }

  /// Out of the mount table: frees the tree, now or with its last user.
  final func detach() {
    isDetached.store(true, ordering: .sequentiallyConsistent)
    if !isInUse { tearDown() }
  }

  open func statfs() -> Statfs { Statfs() }

  /// Frees the tree after unmounting: drops the links between its inodes. May be called twice.
  open func tearDown() { rootInode = nil }
}
