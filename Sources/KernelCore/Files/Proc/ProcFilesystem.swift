// /proc: a tree that is made while it is looked at. Inodes are made by each look-up and keep nothing but their number;
// only what does not belong to a process is kept.

import LinuxABI

public final class ProcFilesystem: Filesystem {
  let inspector: ProcessInspector

  public init(_ inspector: ProcessInspector, flags: MountFlags = []) {
    self.inspector = inspector
    super.init(typeName: "proc", flags: flags)
    rootInode = ProcRoot(self)
  }

  public override func statfs() -> Statfs {
    var result = Statfs()
    result.type = FilesystemMagic.proc
    return result
  }

  public override func tearDown() {
    if let root = rootInode { unsafeDowncast(root, to: ProcRoot.self).removeAll() }
    rootInode = nil
  }
}

/// A directory of /proc whose content does not change.
class ProcStaticDirectory: Inode {
  private var entries: [(name: StaticString, inode: Inode)] = []

  init(_ filesystem: ProcFilesystem) {
    super.init(filesystem, mode: FileMode(.directory, 0o555))
    links = 2
  }

  var proc: ProcFilesystem { unsafeDowncast(filesystem, to: ProcFilesystem.self) }

  func add(_ name: StaticString, _ inode: Inode) {
    if inode.isDirectory { inode.parent = self }
    entries.append((name, inode))
  }

  override func lookup(_ name: Name) throws(Errno) -> Inode {
    for entry in entries where name == entry.name { return entry.inode }
    throw .ENOENT
  }

  override func list(_ writer: inout DirentWriter) throws(Errno) {
    guard writer.addDots(self) else { return }
    _ = listEntries(&writer)
  }

  /// Adds the entries; their cookies follow the dots'. Returns false when one did not fit.
  final func listEntries(_ writer: inout DirentWriter) -> Bool {
    while writer.position < Int64(entries.count) + 2 {
      let entry = entries[Int(max(0, writer.position - 2))]
      let next = max(writer.position, 2) + 1
      guard writer.add(Name(entry.name), inode: entry.inode.number, entry.inode.mode.type, next: next) else {
        return false
      }
    }
    return true
  }

  override func name(of child: Inode, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    for entry in entries where entry.inode === child {
      let name = Name(entry.name)
      guard name.count <= buffer.count else { return nil }
      buffer.baseAddress.unsafelyUnwrapped.copyMemory(from: name.base, byteCount: name.count)
      return name.count
    }
    return nil
  }

  /// Drops the links to the children, which lead back here.
  func removeAll() { entries = [] }
}
