// Switching probes and the behaviours of Legacy: patches every site of a key between the 5-byte nop and a jump to its cold path.
//
// Kernel text is never writable; the patch goes through the direct map. Nobody executes the five bytes meanwhile: this
// CPU's interrupts are off, and the others are parked. Boot CPU only.

import CMachine
import KernelCore
import Tracer

enum StaticKeys {
  /// Bit n is key n of probes.h.
  nonisolated(unsafe) private(set) static var enabled: UInt32 = 0

  /// Bit n is switch n of switches.h: behaviours of the boot line.
  nonisolated(unsafe) private static var switches: UInt32 = 0

  /// Turns on exactly the probes of `mask`.
  static func set(_ mask: UInt32) {
    change(to: mask | switches)
    enabled = mask
  }

  /// Turns on a switch, for good.
  static func enable(_ id: UInt32) {
    change(to: enabled | switches | 1 << id)
    switches |= 1 << id
  }

  private static func change(to mask: UInt32) {
    let changed = (enabled | switches) ^ mask
    guard changed != 0 else { return }
    Interprocessor.withOthersParked { patchSites(of: changed, mask) }
  }

  private static func patchSites(of changed: UInt32, _ mask: UInt32) {
    var entry = apus_symbol__jump_table_start()
    while entry < apus_symbol__jump_table_end() {
      let row = UnsafePointer<Int32>(bitPattern: UInt(entry)).unsafelyUnwrapped
      let key = UInt32(bitPattern: row[2]) & 31
      if changed >> key & 1 != 0 {
        let site = entry &+ UInt64(bitPattern: Int64(row[0]))
        let target = entry &+ 4 &+ UInt64(bitPattern: Int64(row[1]))
        let isCount = row[2] & 256 != 0
        patch(site, target, on: mask >> key & 1 != 0, off: isCount ? countHead : nop)
      }
      entry += 12
    }
  }

  // The first byte apart, then four more, least significant first.
  private static let nop: (UInt8, UInt32) = (0x0f, 0x0000_441f)
  /// incq %gs:ABSOLUTE, without the address: the four bytes after these stay.
  private static let countHead: (UInt8, UInt32) = (0x65, 0x2504_ff48)

  private static func patch(_ site: UInt64, _ target: UInt64, on: Bool, off: (UInt8, UInt32)) {
    let bytes = PhysicalAddress(site &- KernelMap.imageBase).pointer.assumingMemoryBound(to: UInt8.self)
    let distance = UInt32(truncatingIfNeeded: target &- site &- 5)
    bytes[0] = on ? 0xe9 : off.0
    for index in 0..<4 {
      bytes[1 + index] = UInt8(truncatingIfNeeded: (on ? distance : off.1) >> UInt32(index * 8))
    }
  }
}
