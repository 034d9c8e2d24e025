// What stands in /dev: a tmpfs with the nodes of the devices that exist.

import LinuxABI

public enum DeviceFilesystem {
  private struct Node {
    let name: StaticString
    let number: DeviceNumber
    let permissions: UInt32

    init(_ name: StaticString, _ major: UInt32, _ minor: UInt32, _ permissions: UInt32 = 0o666) {
      self.name = name
      number = DeviceNumber(major: major, minor: minor)
      self.permissions = permissions
    }
  }

  /// A new tree, not mounted.
  /// - Throws: ENOMEM, ENOSPC.
  public static func make(_ flags: MountFlags = []) throws(Errno) -> Filesystem {
    let filesystem = Tmpfs(typeName: "devtmpfs", flags: flags.subtracting(.readOnly), rootMode: 0o755)
    try fill(filesystem.root)
    filesystem.flags = flags
    return filesystem
  }

  private static func fill(_ root: Inode) throws(Errno) {
    let root0 = Credentials()
    let nodes: [Node] = [
      Node("null", 1, 3), Node("zero", 1, 5), Node("full", 1, 7), Node("random", 1, 8), Node("urandom", 1, 9),
      Node("ptmx", 5, 2), Node("tty", 5, 0), Node("console", 5, 1, 0o600), Node("ttyS0", 4, 64, 0o620),
    ]
    for node in nodes {
      let mode = FileMode(.characterDevice, node.permissions)
      _ = try root.create(Name(node.name), NewNode(mode: mode, as: root0, device: node.number))
    }
    let link = NewNode(mode: FileMode(.symbolicLink, 0o777), as: root0)
    _ = try root.symlink(Name("fd"), target: Name("/proc/self/fd"), link)
    _ = try root.symlink(Name("stdin"), target: Name("/proc/self/fd/0"), link)
    _ = try root.symlink(Name("stdout"), target: Name("/proc/self/fd/1"), link)
    _ = try root.symlink(Name("stderr"), target: Name("/proc/self/fd/2"), link)
    _ = try root.create(Name("shm"), NewNode(mode: FileMode(.directory, 0o1777), as: root0))
    _ = try root.create(Name("pts"), NewNode(mode: FileMode(.directory, 0o755), as: root0))
  }
}
