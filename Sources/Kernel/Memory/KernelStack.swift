// Kernel stacks: 32 KiB each, in a region of their own (slot 253) with an unmapped page below each, so that an overflow
// is a double fault and a panic, not silent damage.
//
// Stacks are never unmapped: freed ones wait in a list for the next thread, so no TLB shoot-down is needed.
// Lock: `kernel_stacks`.

import CMachine
import KernelCore
import LinuxABI

struct KernelStack {
  let slot: Int

  static let region: UInt64 = 0x7e80_0000_0000
  static let bytes = 32768
  private static let stride: UInt64 = 65536

  nonisolated(unsafe) private static var slotCount = 0
  nonisolated(unsafe) private static var free: [Int] = []
  private static let lock = SpinLock<Locks.KernelStacks>()

  /// One past the highest byte, 16-byte aligned.
  @inline(__always)
  var top: UInt64 { Self.region + UInt64(slot + 1) * Self.stride }

  /// - Throws: ENOMEM.
  static func allocate() throws(Errno) -> KernelStack {
    try lock.withLock { () throws(Errno) in
      let slot = free.popLast() ?? slotCount
      if slot == slotCount { slotCount += 1 }
      let stack = KernelStack(slot: slot)
      // Tables are made on the way: two CPUs must not make the same one.
      do throws(Errno) { try stack.map() } catch {
        free.append(slot)
        throw error
      }
      return stack
    }
  }

  func release() { Self.lock.withLock { Self.free.append(slot) } }

  /// Maps what is not mapped yet: nothing of a reused stack, the rest of one that ran out of memory half way.
  private func map() throws(Errno) {
    var address = UInt(top) - UInt(Self.bytes)
    while address < UInt(top) {
      let entry = try KernelMap.table.makeEntry(for: address, bits: 0)
      if !entry.pointee.isPresent {
        entry.pointee = PageEntry(
          try Frames.allocate(),
          PageEntry.present | PageEntry.writable | PageEntry.noExecute | PageEntry.global)
      }
      address += 4096
    }
  }
}
