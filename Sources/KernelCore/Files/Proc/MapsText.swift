// /proc/PID/maps: one line an area.

import LinuxABI

enum MapsText {
  static func render(_ pid: Int32, _ inspector: ProcessInspector, _ text: inout TextBuffer) {
    guard let root = inspector.context(pid)?.root, let page = try? Frames.allocate() else { return }
    defer { Frames.release(page) }
    let buffer = UnsafeMutableRawBufferPointer(start: page.pointer, count: pageSize)
    // An inout parameter cannot be captured by the inspector's closure: the lines go through a buffer of their own.
    var lines = TextBuffer()
    withUnsafeMutablePointer(to: &lines) { lines in
      inspector.forEachMapping(pid) { area in append(area, root, buffer, &lines.pointee) }
    }
    text.append(lines.bytes)
  }

  private static func append(
    _ area: MappingDetails, _ root: Inode, _ buffer: UnsafeMutableRawBufferPointer, _ text: inout TextBuffer
  ) {
    let start = text.count
    text.append(hex: area.start, width: 8)
    text.append("-")
    text.append(hex: area.end, width: 8)
    text.append(area.isReadable ? " r" : " -")
    text.append(area.isWritable ? "w" : "-")
    text.append(area.isExecutable ? "x" : "-")
    text.append(area.isShared ? "s " : "p ")
    text.append(hex: area.offset, width: 8)
    text.append(" ")
    appendFile(area, &text)
    appendName(area, root, buffer, start, &text)
    text.append("\n")
  }

  private static func appendFile(_ area: MappingDetails, _ text: inout TextBuffer) {
    let device = area.inode?.filesystem.device ?? DeviceNumber(rawValue: 0)
    text.append(hex: UInt64(device.major), width: 2)
    text.append(":")
    text.append(hex: UInt64(device.minor), width: 2)
    text.append(" ")
    text.append(Int(area.inode?.number ?? 0))
    text.append(" ")
  }

  /// Names stand in column 73, as Linux puts them.
  private static func appendName(
    _ area: MappingDetails, _ root: Inode, _ buffer: UnsafeMutableRawBufferPointer, _ lineStart: Int,
    _ text: inout TextBuffer
  ) {
    if area.inode == nil, area.kind == .anonymous { return }
    while text.count - lineStart < 73, !text.isShort { text.append(" ") }
    guard let inode = area.inode else {
      switch area.kind {
      case .heap: text.append("[heap]")
      case .stack: text.append("[stack]")
      case .vdso: text.append("[vdso]")
      case .anonymous: break
      }
      return
    }
    guard let count = try? FileText.describe(inode, root: root, into: buffer) else { return }
    text.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
  }
}
