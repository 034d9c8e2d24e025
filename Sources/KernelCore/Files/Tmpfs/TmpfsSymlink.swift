// A symbolic link: its target never changes, so reading it takes no lock.

import LinuxABI

final class TmpfsSymlink: Inode {
  private let target: UnsafeMutablePointer<UInt8>
  private let count: Int

  init(_ filesystem: Filesystem, target text: Name, uid: UInt32, gid: UInt32) throws(Errno) {
    target = try RawMemory.allocate(UInt8.self, count: text.count)
    target.initialize(from: text.base, count: text.count)
    count = text.count
    super.init(filesystem, mode: FileMode(.symbolicLink, 0o777), uid: uid, gid: gid)
    size = Int64(text.count)
  }

  deinit { RawMemory.free(target) }

  override func readLink(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    let copied = min(count, buffer.count)
    buffer.baseAddress.unsafelyUnwrapped.copyMemory(from: target, byteCount: copied)
    return copied
  }
}
