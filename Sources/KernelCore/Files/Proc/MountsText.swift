// /proc/PID/mounts: one line a mounted file system, as fstab(5) has it.

import LinuxABI

enum MountsText {
  static func render(root: Inode?, _ text: inout TextBuffer) {
    guard let page = try? Frames.allocate() else { return }
    defer { Frames.release(page) }
    let buffer = UnsafeMutableRawBufferPointer(start: page.pointer, count: pageSize)
    var index = 0
    while let filesystem = MountTable.filesystem(at: index) {
      index += 1
      guard let root, let place = try? PathText.render(filesystem.root, root: root, into: buffer) else { continue }
      appendEscaped(filesystem.source, &text)
      text.append(" ")
      appendEscaped([UInt8](UnsafeBufferPointer(start: place.base, count: place.count)), &text)
      text.append(" ")
      text.append(filesystem.typeName)
      appendOptions(filesystem.flags, &text)
      text.append(" 0 0\n")
    }
  }

  private static func appendOptions(_ flags: MountFlags, _ text: inout TextBuffer) {
    text.append(flags.contains(.readOnly) ? " ro" : " rw")
    if flags.contains(.noSetUserID) { text.append(",nosuid") }
    if flags.contains(.noDevices) { text.append(",nodev") }
    if flags.contains(.noExecute) { text.append(",noexec") }
    text.append(",relatime")
  }

  /// White space and backslashes as three octal digits.
  private static func appendEscaped(_ bytes: [UInt8], _ text: inout TextBuffer) {
    for byte in bytes {
      switch byte {
      case UInt8(ascii: " "): text.append("\\040")
      case UInt8(ascii: "\t"): text.append("\\011")
      case UInt8(ascii: "\n"): text.append("\\012")
      case UInt8(ascii: "\\"): text.append("\\134")
      default: text.append(byte: byte)
      }
    }
  }
}
