// The smallest program that makes system calls and nothing else: one call N times, its arguments all 0, then
// exit_group(0). 150 bytes of ELF, so that what a call costs can be measured without a compiler in the way.

enum CallLoop {
  /// A static x86_64 executable that makes the system call `number`.
  static func program(calls: UInt32, of number: UInt32) -> [UInt8] {
    let code: [UInt8] =
      [0xbb] + bytes(calls, 4)  // mov $calls, %ebx
      + [0xb8] + bytes(number, 4)  // again: mov $number, %eax
      + [0x0f, 0x05, 0xff, 0xcb, 0x75, 0xf5]  // syscall; dec %ebx; jnz again
      + [0xb8] + bytes(231 as UInt32, 4)  // mov $exit_group, %eax
      + [0x31, 0xff, 0x0f, 0x05]  // xor %edi, %edi; syscall
    return header(fileBytes: UInt64(120 + code.count)) + code
  }

  /// ELF header and one loadable segment, elf(5).
  private static func header(fileBytes: UInt64) -> [UInt8] {
    let base: UInt64 = 0x40_0000
    let identity: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    let elf =
      identity + bytes(2 as UInt16, 2) + bytes(62 as UInt16, 2) + bytes(1 as UInt32, 4) + bytes(base + 120, 8)
      + bytes(64 as UInt64, 8) + bytes(0 as UInt64, 8) + bytes(0 as UInt32, 4)
    let sizes = [64, 56, 1, 64, 0, 0].flatMap { bytes(UInt16($0), 2) }
    let segment = bytes(1 as UInt32, 4) + bytes(5 as UInt32, 4)
    let extent = [0, base, base, fileBytes, fileBytes, 4096].flatMap { bytes($0 as UInt64, 8) }
    return elf + sizes + segment + extent
  }

  private static func bytes(_ value: some FixedWidthInteger, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
