// Character devices by number. Drivers register at boot, before any program runs; nothing changes after, so no lock.

import LinuxABI

/// A driver: makes open files for its device number.
open class CharacterDevice {
  public final let number: DeviceNumber

  public init(major: UInt32, minor: UInt32) { number = DeviceNumber(major: major, minor: minor) }

  open func open(_ inode: Inode, _ flags: OpenFlags) throws(Errno) -> OpenFile { throw .ENXIO }
}

public enum DeviceTable {
  nonisolated(unsafe) private static var devices: [CharacterDevice] = []

  public static func register(_ device: CharacterDevice) { devices.append(device) }

  /// - Throws: ENXIO when no driver has the node's number.
  static func open(_ inode: Inode, _ flags: OpenFlags) throws(Errno) -> OpenFile {
    for device in devices where device.number == inode.device { return try device.open(inode, flags) }
    throw .ENXIO
  }
}
