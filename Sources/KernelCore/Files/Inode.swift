// A file, whatever its kind: attributes, and the operations that a kind overrides.
//
// Locks: `lock` (class inode) guards the attributes, `parent` and a regular file's pages; a directory's entries have
// their own lock, taken first. Single words (mode, uid, gid, size) may be read without it. No operation sleeps or copies
// to a user under either lock. Operations check what the file is, not who calls: rights are checked by the path layer,
// except where the check needs the directory's lock (removal, rename).

import CMachine
import LinuxABI
import Synchronization

open class Inode {
  public final let filesystem: Filesystem
  public final let number: UInt64
  /// Of a device node: which device.
  public final let device: DeviceNumber
  public final let lock = SpinLock<Locks.Inode>()
  public final internal(set) var mode: FileMode
  public final internal(set) var uid: UInt32
  public final internal(set) var gid: UInt32
  public final internal(set) var links: UInt32 = 1
  public final var size: Int64 = 0
  public final internal(set) var accessed: Timespec
  public final internal(set) var modified: Timespec
  public final internal(set) var changed: Timespec
  public final let born: Timespec
  /// The directory it was last linked in: for `..` and for telling its path. Stays after the removal.
  final var parent: Inode?
  /// A file system is mounted here; which one, the mount table knows.
  public final internal(set) var isMountPoint = false
  /// How many programs that run were loaded from it: it may not be written then.
  public final let executions = Atomic<Int>(0)
  /// Some program has mapped it, once.
  public final var isMapped = false
  /// Locks of fcntl(2). Lock: RecordLocks's.
  final var recordLocks: [RecordLock] = []
  /// There has been one: a hint that is read without the lock.
  final var hadRecordLocks = false
  final var recordLockQueue: WaitQueue?
  /// State of flock(2), made when first used.
  final var advisoryLock: AdvisoryLock?

  public init(
    _ filesystem: Filesystem, mode: FileMode, uid: UInt32 = 0, gid: UInt32 = 0, device: DeviceNumber? = nil,
    number: UInt64? = nil
  ) {
    self.filesystem = filesystem
    self.number = number ?? filesystem.makeNumber()
    self.device = device ?? DeviceNumber(rawValue: 0)
    self.mode = mode
    self.uid = uid
    self.gid = gid
    let now = ClockSource.now
    (accessed, modified, changed, born) = (now, now, now, now)
    filesystem.countInode(1)
  }

  deinit {
    filesystem.countInode(-1)
    releaseParents()
  }

  @inline(__always)
  public final var isDirectory: Bool { mode.isDirectory }
  @inline(__always)
  public final var isSymbolicLink: Bool { mode.isSymbolicLink }

  // MARK: Directories

  /// The entry `name`, which is neither "." nor "..".
  open func lookup(_ name: Name) throws(Errno) -> Inode { throw .ENOTDIR }
  /// A new file of any type but symbolic link.
  open func create(_ name: Name, _ node: NewNode) throws(Errno) -> Inode { throw .EPERM }
  open func symlink(_ name: Name, target: Name, _ node: NewNode) throws(Errno) -> Inode { throw .EPERM }
  /// A file without a name (O_TMPFILE).
  open func createUnnamed(_ node: NewNode) throws(Errno) -> Inode { throw .EOPNOTSUPP }
  open func link(_ name: Name, to inode: Inode) throws(Errno) { throw .EPERM }
  open func unlink(_ name: Name, as credentials: Credentials) throws(Errno) { throw .EPERM }
  open func rmdir(_ name: Name, as credentials: Credentials) throws(Errno) { throw .EPERM }
  /// Moves `name` to `newName` in `target`, a directory of the same file system.
  open func rename(
    _ name: Name, to target: Inode, as newName: Name, _ flags: RenameFlags, by credentials: Credentials
  ) throws(Errno) { throw .EPERM }
  /// Adds the entries from `writer.position` on until it is full.
  open func list(_ writer: inout DirentWriter) throws(Errno) { throw .ENOTDIR }
  /// The name of `child` in this directory, copied to `buffer`; nil when it has none.
  open func name(of child: Inode, into buffer: UnsafeMutableRawBufferPointer) -> Int? { nil }
  /// Where `..` leads.
  open func parentDirectory() -> Inode { lock.withLock { parent } ?? filesystem.root }

  // MARK: Symbolic links

  /// The target's bytes, as many as fit; returns how many.
  open func readLink(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int { throw .EINVAL }
  /// Of a magic link: the file itself, whatever the text says.
  open func jump() throws(Errno) -> Inode? { nil }

  // MARK: Files

  /// A new open file; rights have been checked.
  open func open(_ flags: OpenFlags) throws(Errno) -> OpenFile {
    switch mode.type {
    case .directory: return DirectoryFile(self, flags)
    case .characterDevice: return try DeviceTable.open(self, flags)
    case .blockDevice, .socket: throw .ENXIO
    default: return OpenFile(self, flags)
    }
  }
  /// Bytes from `offset` on, until the transfer or the file ends.
  open func read(_ transfer: inout UserTransfer, at offset: Int64) throws(Errno) { throw .EINVAL }
  /// Writes at `offset`, or at the end. Returns the position after the last byte written.
  open func write(_ transfer: inout UserTransfer, at offset: Int64, append: Bool) throws(Errno) -> Int64 {
    throw .EINVAL
  }
  open func truncate(to size: Int64) throws(Errno) { throw .EINVAL }
  open func allocate(offset: Int64, length: Int64, _ flags: FallocateFlags) throws(Errno) { throw .EOPNOTSUPP }
  /// The page that holds byte `index * pageSize`, with a reference for the caller; nil past the end. For mappings.
  open func page(at index: Int) throws(Errno) -> FrameNumber? { throw .ENODEV }
  /// Whether that page is in memory already.
  open func hasPage(at index: Int) -> Bool { false }
  /// F_SEAL_ flags: what may not be done to it any more.
  open var seals: FileSeals { .sealing }
  /// - Throws: EPERM when it is sealed against that, EINVAL for a file that takes none; EBUSY.
  open func addSeals(_ seals: FileSeals) throws(Errno) { throw .EINVAL }
  /// The next data or hole from `offset` on (SEEK_DATA, SEEK_HOLE).
  open func seek(_ offset: Int64, toData: Bool) throws(Errno) -> Int64 {
    guard offset < size else { throw .ENXIO }
    return toData ? offset : size
  }

  // MARK: Attributes

  public final func stat() -> Stat {
    var result = Stat()
    fill(&result)
    return result
  }

  /// Enters all attributes into `result`, which is zeroed.
  open func fill(_ result: inout Stat) {
    lock.acquire()
    defer { lock.release() }
    result.device = filesystem.device.rawValue
    result.inode = number
    result.links = UInt64(links)
    (result.mode, result.uid, result.gid) = (mode, uid, gid)
    result.specialDevice = device
    result.size = size
    result.blockSize = Int64(pageSize)
    result.blocks = blocks
    (result.accessed, result.modified, result.changed) = (accessed, modified, changed)
  }

  /// Units of 512 bytes in use. Lock held.
  open var blocks: Int64 { 0 }

  /// Parents are dropped in a loop: a chain of removed directories must not recurse on the kernel's stack.
  private func releaseParents() {
    var next = parent
    parent = nil
    while next != nil, isKnownUniquelyReferenced(&next) {
      let above = next.unsafelyUnwrapped.parent
      next.unsafelyUnwrapped.parent = nil
      next = above
    }
  }
}

/// What a new file starts with.
public struct NewNode {
  public var mode: FileMode
  public var uid: UInt32
  public var gid: UInt32
  public var device = DeviceNumber(rawValue: 0)

  public init(mode: FileMode, as credentials: Credentials, device: DeviceNumber = DeviceNumber(rawValue: 0)) {
    self.mode = mode
    uid = credentials.fsuid
    gid = credentials.fsgid
    self.device = device
  }
}
