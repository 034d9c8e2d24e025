// A file system in memory: directories, files, links, device nodes and FIFOs.
//
// `topology` (class mounts, taken before directories) is held by a rename between directories, so that two of them
// cannot move a directory into itself. Data pages are counted against `maximumPages`.

import CMachine
import LinuxABI
import Synchronization

public final class Tmpfs: Filesystem {
  let topology = SpinLock<Locks.Mounts>()
  /// The most data pages.
  public let maximumPages: Int
  private let maximumInodes: Int
  private let usedPages = Atomic<Int>(0)

  /// An empty tree whose root belongs to root. Half the memory may be used, as on Linux, unless told otherwise.
  public init(
    typeName: StaticString = "tmpfs", flags: MountFlags = [], maximumPages: Int? = nil, maximumInodes: Int? = nil,
    rootMode: UInt32 = 0o1777
  ) {
    self.maximumPages = maximumPages ?? Frames.totalCount / 2
    self.maximumInodes = maximumInodes ?? Frames.totalCount / 2
    super.init(typeName: typeName, flags: flags)
    let root = TmpfsDirectory(self, mode: FileMode(.directory, rootMode), uid: 0, gid: 0)
    root.links = 2
    rootInode = root
  }

  /// Counts a new data page.
  /// - Throws: ENOSPC.
  func reservePage() throws(Errno) {
    guard usedPages.wrappingAdd(1, ordering: .relaxed).newValue <= maximumPages else {
      releasePages(1)
      throw .ENOSPC
    }
  }

  func releasePages(_ count: Int) { usedPages.wrappingSubtract(count, ordering: .relaxed) }

  public override func statfs() -> Statfs {
    var result = Statfs()
    result.type = FilesystemMagic.tmpfs
    result.blocks = UInt64(maximumPages)
    let used = min(usedPages.load(ordering: .relaxed), maximumPages)
    result.blocksFree = UInt64(maximumPages - used)
    result.blocksAvailable = result.blocksFree
    result.files = UInt64(maximumInodes)
    result.filesFree = UInt64(max(0, maximumInodes - inodeCount))
    result.id = device.rawValue
    result.flags = Int64(flags.rawValue)
    return result
  }

  /// A new inode without a name.
  /// - Throws: EPERM for a type that cannot be made; ENOSPC.
  func makeInode(_ node: NewNode) throws(Errno) -> Inode {
    try checkInodeLimit()
    switch node.mode.type {
    case .regular: return TmpfsFile(self, mode: node.mode, uid: node.uid, gid: node.gid)
    case .directory: return TmpfsDirectory(self, mode: node.mode, uid: node.uid, gid: node.gid)
    case .fifo: return FIFOInode(self, mode: node.mode, uid: node.uid, gid: node.gid)
    case .characterDevice, .blockDevice, .socket:
      return Inode(self, mode: node.mode, uid: node.uid, gid: node.gid, device: node.device)
    default: throw .EPERM
    }
  }

  /// One inode for two pages of memory, as on Linux.
  /// - Throws: ENOSPC.
  func checkInodeLimit() throws(Errno) {
    guard inodeCount < maximumInodes, !Frames.hasFewer(than: FilePages.reserve + 1) else { throw .ENOSPC }
  }

  /// Empties the directories one after another; recursion could be as deep as a program likes.
  public override func tearDown() {
    var pending: [TmpfsDirectory] = []
    if let root = rootInode { pending.append(unsafeDowncast(root, to: TmpfsDirectory.self)) }
    rootInode = nil
    while let directory = pending.popLast() { directory.removeAll(addingDirectoriesTo: &pending) }
  }
}
