// Copies from file to file inside the kernel: sendfile(2), copy_file_range(2).

import KernelCore
import LinuxABI

extension Syscalls {
  private static let bufferOrder = 2

  static func sendfile(
    _ caller: Thread, _ out: Int32, _ input: Int32, _ offset: UserPointer<Int64>, _ count: UInt
  ) throws(Errno) -> Int {
    let files = caller.process.files!
    let source = try files.retained(input)
    let target = try files.retained(out)
    guard source.flags.isReadable, target.flags.isWritable, !source.flags.contains(.path) else { throw .EBADF }
    guard source.inode.mode.isRegular, !target.flags.contains(.append) else { throw .EINVAL }
    var position = offset.isNull ? source.offset : try offset.load()
    guard position >= 0 else { throw .EINVAL }
    let copied = try copy(caller, source, &position, target, nil, min(Int(clamping: count), maximumTransfer))
    if offset.isNull { source.offset = position } else { try offset.store(position) }
    return copied
  }

  static func copyFileRange(
    _ caller: Thread, _ input: Int32, _ inputOffset: UserPointer<Int64>, _ out: Int32,
    _ outputOffset: UserPointer<Int64>, _ count: UInt, _ flags: UInt32
  ) throws(Errno) -> Int {
    guard flags == 0 else { throw .EINVAL }
    let source = try caller.process.files.retained(input)
    let target = try caller.process.files.retained(out)
    try checkRange(source, target)
    var from = inputOffset.isNull ? source.offset : try inputOffset.load()
    var to: Int64? = outputOffset.isNull ? target.offset : try outputOffset.load()
    let length = min(Int(clamping: count), maximumTransfer)
    try checkOverlap(source, from, target, to ?? 0, length)
    let copied = try copy(caller, source, &from, target, &to, length)
    if inputOffset.isNull { source.offset = from } else { try inputOffset.store(from) }
    if outputOffset.isNull { target.offset = to ?? 0 } else { try outputOffset.store(to ?? 0) }
    return copied
  }

  private static func checkRange(_ source: OpenFile, _ target: OpenFile) throws(Errno) {
    if source.inode.isDirectory || target.inode.isDirectory { throw .EISDIR }
    guard source.inode.mode.isRegular, target.inode.mode.isRegular else { throw .EINVAL }
    guard source.flags.isReadable, target.flags.isWritable, !target.flags.contains(.append),
      !source.flags.contains(.path), !target.flags.contains(.path)
    else { throw .EBADF }
  }

  private static func checkOverlap(
    _ source: OpenFile, _ from: Int64, _ target: OpenFile, _ to: Int64, _ length: Int
  ) throws(Errno) {
    guard from >= 0, to >= 0, !from.addingReportingOverflow(Int64(length)).overflow,
      !to.addingReportingOverflow(Int64(length)).overflow
    else { throw .EINVAL }
    guard source.inode === target.inode else { return }
    if from < to + Int64(length) && to < from + Int64(length) { throw .EINVAL }
  }

  /// Through a few pages of the kernel's; `position` moves by what was written. Writes at `to`, or at the target's own
  /// offset when nil is passed for it.
  private static func copy(
    _ caller: Thread, _ source: OpenFile, _ position: inout Int64, _ target: OpenFile,
    _ to: UnsafeMutablePointer<Int64?>?, _ count: Int
  ) throws(Errno) -> Int {
    let block = try Frames.allocate(order: bufferOrder)
    defer { Frames.release(block) }
    var done = 0
    while done < count {
      let wanted = min(count - done, pageSize << bufferOrder)
      var incoming = UserTransfer(kernel: block.pointer, count: wanted)
      try source.inode.read(&incoming, at: position)
      guard incoming.transferred > 0 else { break }
      do throws(Errno) {
        let written = try put(caller, block, incoming.transferred, target, to)
        position += Int64(written)
        done += written
        if written < incoming.transferred { break }
        try caller.breathe()
      } catch {
        guard done > 0 else { throw error }
        break
      }
    }
    return done
  }

  private static func put(
    _ caller: Thread, _ block: FrameNumber, _ count: Int, _ target: OpenFile, _ to: UnsafeMutablePointer<Int64?>?
  ) throws(Errno) -> Int {
    var outgoing = UserTransfer(kernel: block.pointer, count: count)
    try limitSize(caller, target, &outgoing, at: to?.pointee)
    guard let place = to?.pointee else { return try send(caller, target, &outgoing) }
    let end = try target.inode.write(&outgoing, at: place, append: false)
    to?.pointee = end
    return Int(end - place)
  }
}
