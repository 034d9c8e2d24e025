// The file systems that mount(2) knows by name.

import KernelCore
import LinuxABI

enum FilesystemTypes {
  /// What /proc shows.
  nonisolated(unsafe) private static let inspector = KernelInspector()

  /// A new instance, not mounted.
  /// - Throws: ENODEV for an unknown type.
  static func make(_ type: Name, _ flags: MountFlags) throws(Errno) -> Filesystem {
    if type == "tmpfs" || type == "ramfs" { return Tmpfs(flags: flags) }
    if type == "devtmpfs" { return try DeviceFilesystem.make(flags) }
    if type == "proc" { return ProcFilesystem(inspector, flags: flags) }
    if type == "devpts" { return PseudoTerminals.makeFilesystem(flags) }
    throw .ENODEV
  }
}
