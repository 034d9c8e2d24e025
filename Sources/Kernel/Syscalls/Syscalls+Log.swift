// syslog(2): the kernel's own messages.

import KernelCore
import LinuxABI

extension Syscalls {
  static func syslog(_ caller: Thread, _ action: Int32, _ buffer: UInt, _ length: Int32) throws(Errno) -> Int {
    switch action {
    case 0, 1: return 0  // close, open
    case 2, 3, 4: return try readLog(buffer, length, clears: action == 4)
    case 5: KernelLog.clear()
    case 6, 7: break  // messages to the console: always on
    case 8: guard length >= 1, length <= 8 else { throw .EINVAL }
    case 9: return KernelLog.count
    case 10: return KernelLog.capacity
    default: throw .EINVAL
    }
    if [5, 6, 7, 8].contains(action), caller.process.credentials.euid != 0 { throw .EPERM }
    return 0
  }

  private static func readLog(_ buffer: UInt, _ length: Int32, clears: Bool) throws(Errno) -> Int {
    guard buffer != 0, length >= 0 else { throw .EINVAL }
    guard length > 0 else { return 0 }
    let room = min(Int(length), KernelLog.capacity)
    let bytes = try RawMemory.allocate(room)
    defer { RawMemory.free(bytes) }
    let count = KernelLog.copyLast(into: UnsafeMutableRawBufferPointer(start: bytes, count: room))
    try UserMemory.copyOut(bytes, to: buffer, count: count)
    if clears { KernelLog.clear() }
    return count
  }
}
