// From an inode back to a path: getcwd, /proc/PID/cwd, /proc/PID/fd, /proc/PID/maps.
//
// Names are written from the end of the buffer to its front. Takes directory locks one at a time; a rename meanwhile may
// give a mix of old and new names, as it may on Linux without its rename sequence count.

import LinuxABI

public struct PathText {
  private let buffer: UnsafeMutableRawBufferPointer
  private var start: Int

  /// The path of `inode` as seen from `root`, in `buffer`.
  /// - Throws: ENAMETOOLONG when it does not fit; ENOENT when it has been removed (`isRemoved`) or lies outside.
  public static func render(
    _ inode: Inode, root: Inode, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Errno) -> Name {
    var text = PathText(buffer: buffer, start: buffer.count)
    try text.climb(from: inode, to: root)
    if text.start == buffer.count { try text.prepend(Name("/")) }
    return Name(UnsafeRawBufferPointer(rebasing: buffer[text.start...]))
  }

  private mutating func climb(from inode: Inode, to root: Inode) throws(Errno) {
    var current = inode
    while current !== root {
      if current === current.filesystem.rootInode {
        guard let covered = MountTable.mountPoint(of: current.filesystem) else { throw .ENOENT }
        current = covered
        continue
      }
      guard let parent = current.lock.withLock({ current.parent }) else { throw .ENOENT }
      try prependName(of: current, in: parent)
      current = parent
    }
  }

  private mutating func prependName(of child: Inode, in parent: Inode) throws(Errno) {
    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<start])
    guard room.count > PathLimit.name + 1 else { throw .ENAMETOOLONG }
    guard let count = parent.name(of: child, into: room) else { throw .ENOENT }
    let front = buffer.baseAddress.unsafelyUnwrapped
    start -= count
    (front + start).copyMemory(from: front, byteCount: count)
    start -= 1
    (front + start).storeBytes(of: UInt8(ascii: "/"), as: UInt8.self)
  }

  private mutating func prepend(_ name: Name) throws(Errno) {
    guard start >= name.count else { throw .ENAMETOOLONG }
    start -= name.count
    (buffer.baseAddress.unsafelyUnwrapped + start).copyMemory(from: name.base, byteCount: name.count)
  }
}
