// struct statx of an inode.

import LinuxABI

extension Statx {
  public init(_ inode: Inode) {
    let stat = inode.stat()
    self.init()
    mask = [.basic, .born, .mountID]
    blockSize = UInt32(stat.blockSize)
    links = UInt32(truncatingIfNeeded: stat.links)
    (uid, gid) = (stat.uid, stat.gid)
    mode = UInt16(truncatingIfNeeded: stat.mode.rawValue)
    self.inode = stat.inode
    size = UInt64(stat.size)
    blocks = UInt64(stat.blocks)
    accessed = StatxTimestamp(stat.accessed)
    modified = StatxTimestamp(stat.modified)
    changed = StatxTimestamp(stat.changed)
    born = StatxTimestamp(inode.born)
    (specialMajor, specialMinor) = (stat.specialDevice.major, stat.specialDevice.minor)
    let device = inode.filesystem.device
    (deviceMajor, deviceMinor) = (device.major, device.minor)
    mountID = device.rawValue
    attributesMask = StatxAttribute.mountRoot
    if inode.filesystem.rootInode === inode { attributes = StatxAttribute.mountRoot }
  }
}
