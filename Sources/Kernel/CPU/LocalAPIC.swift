// The local interrupt controller and its timer (Intel SDM volume 3, chapter 11). Each CPU touches its own only.

import CMachine
import KernelCore

enum LocalAPIC {
  static let timerVector: UInt64 = 32
  static let serialVector: UInt64 = 36
  static let spuriousVector: UInt64 = 255

  private static let registers = PhysicalAddress(0xfee0_0000)

  @inline(__always)
  private static func write(_ offset: Int, _ value: UInt32) {
    apus_store32(UInt64(UInt(bitPattern: registers.pointer + offset)), value)
  }

  @inline(__always)
  private static func read(_ offset: Int) -> UInt32 {
    apus_load32(UInt64(UInt(bitPattern: registers.pointer + offset)))
  }

  static func initialize() {
    LegacyPIC.disable()
    apus_wrmsr(0x1b, apus_rdmsr(0x1b) | 1 << 11)
    write(0xf0, 0x100 | UInt32(spuriousVector))
    write(0x80, 0)
    write(0x3e0, 0b1011)  // divide by 1
    write(0x320, UInt32(timerVector))  // one-shot
  }

  static func endOfInterrupt() { write(0xb0, 0) }

  /// Interrupts once after `ticks` of the timer; 0 stops it.
  static func startTimer(_ ticks: UInt32) { write(0x380, ticks) }

  static var timerCount: UInt32 { read(0x390) }
}

/// The two 8259A controllers. The firmware leaves them delivering the old timer as vector 8, the double fault's.
enum LegacyPIC {
  static func disable() {
    apus_outb(0x21, 0xff)
    apus_outb(0xa1, 0xff)
  }
}

/// The I/O interrupt controller (Intel 82093AA). Only the console's input line is used.
enum IOAPIC {
  private static let registers = PhysicalAddress(0xfec0_0000)

  /// Sends ISA interrupt `line` to the boot CPU as `vector`, edge triggered.
  static func route(line: Int, vector: UInt64) {
    write(0x10 + line * 2 + 1, 0)
    write(0x10 + line * 2, UInt32(vector))
  }

  private static func write(_ register: Int, _ value: UInt32) {
    apus_store32(UInt64(UInt(bitPattern: registers.pointer)), UInt32(register))
    apus_store32(UInt64(UInt(bitPattern: registers.pointer + 16)), value)
  }
}
