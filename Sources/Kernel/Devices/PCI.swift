// Devices on the first PCI bus, found and set up through configuration mechanism 1 (PCI Local Bus Specification 3.0,
// section 3.2.2.3.2). At boot only, on the boot CPU: no lock.

import CMachine

struct PCIDevice {
  private let slot: UInt32

  /// The first device of this vendor and kind.
  static func find(vendor: UInt16, device: UInt16) -> PCIDevice? {
    for slot in 0..<32 as Range<UInt32> {
      let found = PCIDevice(slot: slot)
      if found.read(0) == UInt32(device) << 16 | UInt32(vendor) { return found }
    }
    return nil
  }

  /// Where a memory BAR lies, and how many bytes it has; nil when it is none, or not below 4 GiB, where the direct map
  /// certainly reaches.
  func memory(_ bar: UInt32) -> (address: UInt64, bytes: UInt64)? {
    let offset = 0x10 + bar * 4
    let low = read(offset)
    guard low & 1 == 0 else { return nil }
    let is64Bit = low & 6 == 4
    if is64Bit, read(offset + 4) != 0 { return nil }
    // Writing ones shows which bits of the address can change.
    write(offset, ~0)
    let mask = read(offset) & ~15
    write(offset, low)
    guard low & ~15 != 0, mask != 0 else { return nil }
    return (UInt64(low & ~15), UInt64(~mask) + 1)
  }

  /// The first port of a BAR of ports; nil when it is none.
  func ports(_ bar: UInt32) -> UInt16? {
    let value = read(0x10 + bar * 4)
    return value & 1 != 0 && value & 0xfffc != 0 ? UInt16(truncatingIfNeeded: value & 0xfffc) : nil
  }

  /// Lets the device answer at its ports, and reach memory by itself.
  func enablePorts() { write(4, read(4) | 5) }

  /// Lets the device answer where its memory BARs say.
  func enableMemory() { write(4, read(4) | 2) }

  private func read(_ offset: UInt32) -> UInt32 {
    apus_outl(0xcf8, 0x8000_0000 | slot << 11 | offset)
    return apus_inl(0xcfc)
  }

  private func write(_ offset: UInt32, _ value: UInt32) {
    apus_outl(0xcf8, 0x8000_0000 | slot << 11 | offset)
    apus_outl(0xcfc, value)
  }
}
