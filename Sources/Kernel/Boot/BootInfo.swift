// What QEMU's PVH loader hands over, copied out of its pages before the frame allocator may hand those to others.
//
// Layout: struct hvm_start_info, hvm_modlist_entry and hvm_memmap_table_entry of Xen's public headers
// (arch-x86/hvm/start_info.h). Only the boot CPU, only before memory is set up.

import CMachine
import KernelCore

/// A range of physical memory, in bytes.
struct PhysicalRange {
  var start: UInt64
  var end: UInt64
}

struct BootInfo {
  private(set) var memory: InlineArray<32, PhysicalRange> = InlineArray(repeating: PhysicalRange(start: 0, end: 0))
  private(set) var memoryCount = 0
  private(set) var initramfs = PhysicalRange(start: 0, end: 0)

  private static let magic: UInt32 = 0x336e_c578
  private static let usableRAM: UInt32 = 1

  init(startInfo address: UInt64) {
    let info = UnsafeRawPointer(PhysicalAddress(address).pointer)
    guard info.load(as: UInt32.self) == Self.magic else { Panic.stop("no PVH start info") }
    let moduleCount = info.load(fromByteOffset: 12, as: UInt32.self)
    let modules = info.load(fromByteOffset: 16, as: UInt64.self)
    BootLine.copy(from: info.load(fromByteOffset: 24, as: UInt64.self))
    readMemoryMap(
      info.load(fromByteOffset: 40, as: UInt64.self), count: Int(info.load(fromByteOffset: 48, as: UInt32.self)))
    if moduleCount > 0 {
      let module = UnsafeRawPointer(PhysicalAddress(modules).pointer)
      let start = module.load(as: UInt64.self)
      initramfs = PhysicalRange(start: start, end: start &+ module.load(fromByteOffset: 8, as: UInt64.self))
    }
  }

  /// The highest usable address, rounded up to 2 MiB.
  var memoryEnd: UInt64 {
    var end: UInt64 = 0
    for index in 0..<memoryCount { end = max(end, memory[index].end) }
    return (end + 0x1f_ffff) & ~0x1f_ffff
  }

  private mutating func readMemoryMap(_ table: UInt64, count: Int) {
    for index in 0..<count where memoryCount < 32 {
      let entry = UnsafeRawPointer(PhysicalAddress(table).pointer) + index * 24
      guard entry.load(fromByteOffset: 16, as: UInt32.self) == Self.usableRAM else { continue }
      let start = (entry.load(as: UInt64.self) + 4095) & ~4095
      let end = (entry.load(as: UInt64.self) + entry.load(fromByteOffset: 8, as: UInt64.self)) & ~4095
      guard end > start else { continue }
      memory[memoryCount] = PhysicalRange(start: start, end: end)
      memoryCount += 1
    }
  }
}
