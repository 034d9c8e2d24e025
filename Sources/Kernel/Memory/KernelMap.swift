// The kernel's own address space, made once at boot and shared by every process.
//
// Slot 192: direct map of all physical memory and devices, read-write, never executable. Slot 253: kernel stacks.
// Slot 255: the image; text read-execute, read-only data read-only, data read-write and never executable. No page is
// writable and executable; static keys are patched through the direct map. Processes copy the three root entries.

import CMachine
import KernelCore

enum KernelMap {
  nonisolated(unsafe) private(set) static var table = PageTable(root: FrameNumber(0))
  nonisolated(unsafe) private static var nextFree: UInt64 = 0
  nonisolated(unsafe) private static var freeEnd: UInt64 = 0

  static let imageBase: UInt64 = 0x7f80_0000_0000
  private static let largePage: UInt64 = 0x20_0000

  /// Builds and loads the final map, and gives all memory that is left to the frame allocator.
  static func initialize(_ info: borrowing BootInfo) {
    let kernelEnd = apus_symbol__kernel_end() - imageBase
    nextFree = kernelEnd
    freeEnd = firstObstacle(info, after: kernelEnd)
    table = PageTable(root: takePage())
    mapDirect(upTo: max(info.memoryEnd, 1 << 32))
    mapImage()
    ensureTable(slot: 253)
    apus_write_cr3(table.root.address.rawValue)
    let limit = UInt32(info.memoryEnd >> 12)
    let records = take(UInt64(Frames.tableBytes(limit: limit)))
    Frames.initialize(table: records.pointer, limit: limit)
    donateMemory(info)
    AddressSpace.copyKernelEntries = { KernelMap.copyRoot(into: $0) }
  }

  /// A new process's root: kernel entries only.
  static func copyRoot(into root: PageTable) {
    root.entries[192] = table.entries[192]
    root.entries[253] = table.entries[253]
    root.entries[255] = table.entries[255]
  }

  /// Memory from the kernel's end up to the initramfs, the end of its range or the end of the boot map.
  private static func firstObstacle(_ info: borrowing BootInfo, after start: UInt64) -> UInt64 {
    var end: UInt64 = 1 << 30
    for index in 0..<info.memoryCount {
      let range = info.memory[index]
      if range.start <= start, start < range.end { end = min(end, range.end) }
    }
    if info.initramfs.end > start { end = min(end, info.initramfs.start & ~4095) }
    return end
  }

  private static func take(_ bytes: UInt64) -> PhysicalAddress {
    let result = PhysicalAddress(nextFree)
    nextFree += (bytes + 4095) & ~4095
    if nextFree > freeEnd { Panic.stop("not enough memory for the memory map") }
    return result
  }

  private static func takePage() -> FrameNumber {
    let page = take(4096)
    page.pointer.initializeMemory(as: UInt64.self, repeating: 0, count: 512)
    return page.frame
  }

  private static func ensureTable(slot: Int) {
    table.entries[slot] = PageEntry(takePage(), PageEntry.present | PageEntry.writable)
  }

  private static func mapDirect(upTo end: UInt64) {
    var address: UInt64 = 0
    while address < end {
      mapLarge(UInt64(DirectMap.base) + address, address, PageEntry.writable | PageEntry.noExecute)
      address += largePage
    }
  }

  private static func mapImage() {
    mapRange(apus_symbol__text_start(), apus_symbol__text_end(), 0)
    mapRange(apus_symbol__rodata_start(), apus_symbol__rodata_end(), PageEntry.noExecute)
    mapRange(apus_symbol__data_start(), apus_symbol__kernel_end(), PageEntry.noExecute | PageEntry.writable)
  }

  private static func mapRange(_ start: UInt64, _ end: UInt64, _ bits: UInt64) {
    var address = start & ~(largePage - 1)
    while address < end {
      mapLarge(address, address - imageBase, bits)
      address += largePage
    }
  }

  private static func mapLarge(_ virtual: UInt64, _ physical: UInt64, _ bits: UInt64) {
    var entries = table.entries
    for level in [3, 2] {
      let slot = entries + Int(virtual >> UInt64(12 + 9 * level)) & 511
      if !slot.pointee.isPresent {
        slot.pointee = PageEntry(takePage(), PageEntry.present | PageEntry.writable)
      }
      entries = slot.pointee.frame.pointer.assumingMemoryBound(to: PageEntry.self)
    }
    entries[Int(virtual >> 21) & 511] = PageEntry(
      rawValue: physical | bits | PageEntry.present | PageEntry.large | PageEntry.global)
  }

  /// Everything usable but the first MiB, the kernel with its early tables, and the initramfs.
  private static func donateMemory(_ info: borrowing BootInfo) {
    for index in 0..<info.memoryCount {
      donate(from: max(info.memory[index].start, nextFree), to: info.memory[index].end, around: info.initramfs)
    }
  }

  private static func donate(from start: UInt64, to end: UInt64, around hole: PhysicalRange) {
    guard start < end else { return }
    if hole.end > start && hole.start < end && hole.end > hole.start {
      donate(from: start, to: hole.start & ~4095, around: PhysicalRange(start: 0, end: 0))
      donate(from: (hole.end + 4095) & ~4095, to: end, around: PhysicalRange(start: 0, end: 0))
    } else {
      Frames.donate(UInt32(start >> 12), UInt32(end >> 12))
    }
  }

  /// Gives the initramfs's memory back once it has been unpacked.
  static func donateInitramfs(_ range: PhysicalRange) {
    donate(from: (range.start + 4095) & ~4095, to: range.end & ~4095, around: PhysicalRange(start: 0, end: 0))
  }
}
