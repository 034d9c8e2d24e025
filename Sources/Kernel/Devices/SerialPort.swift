// A 16550 UART (National Semiconductor PC16550D). Output is polled; input can raise an interrupt.
// No lock: each port has one owner, who serialises.

import CMachine

struct SerialPort {
  let base: UInt16

  static let com1 = SerialPort(base: 0x3f8)
  static let com2 = SerialPort(base: 0x2f8)

  private static let transmitterEmpty: UInt8 = 0x20
  private static let dataReady: UInt8 = 0x01

  /// 115200 baud 8N1. Turning the FIFOs on discards a byte that has come already; a console does without them.
  func initialize(interrupts: Bool, hasFIFO: Bool) {
    apus_outb(base + 1, 0)
    apus_outb(base + 3, 0x80)
    apus_outb(base, 1)
    apus_outb(base + 1, 0)
    apus_outb(base + 3, 0x03)
    apus_outb(base + 2, hasFIFO ? 0xc7 : 0)
    apus_outb(base + 4, 0x0b)
    apus_outb(base + 1, interrupts ? 1 : 0)
  }

  /// True when the transmitter takes a byte.
  @inline(__always)
  var canWrite: Bool { apus_inb(base + 5) & Self.transmitterEmpty != 0 }

  @inline(__always)
  func writeUnchecked(_ byte: UInt8) { apus_outb(base, byte) }

  /// Waits for the transmitter, then writes.
  func write(_ byte: UInt8) {
    while !canWrite { apus_pause() }
    apus_outb(base, byte)
  }

  func read() -> UInt8? {
    apus_inb(base + 5) & Self.dataReady != 0 ? apus_inb(base) : nil
  }

  /// True when a UART answers here at all.
  var isPresent: Bool {
    apus_outb(base + 7, 0x5a)
    return apus_inb(base + 7) == 0x5a
  }
}
