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

  /// On the boot CPU.
  static func initialize() {
    LegacyPIC.disable()
    enable()
  }

  /// On every CPU.
  static func enable() {
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

  // MARK: Other CPUs. The command register is two words: interrupts are off between them.

  static var identity: UInt32 { read(0x20) >> 24 }

  /// Interrupts the CPU whose controller is `identity`.
  static func send(_ vector: UInt64, to identity: UInt32) { command(UInt32(vector), to: identity) }

  static func sendNonMaskable(to identity: UInt32) { command(4 << 8, to: identity) }

  /// INIT and two SIPIs to all but this CPU; `delay` in TSC ticks before each SIPI. They start at `page` * 4096.
  static func startOthers(page: UInt32, delay: UInt64) {
    let allOthers: UInt32 = 3 << 18 | 1 << 14
    write(0x300, allOthers | 5 << 8)
    for _ in 0..<2 {
      let start = apus_rdtsc()
      while apus_rdtsc() &- start < delay { apus_pause() }
      write(0x300, allOthers | 6 << 8 | page)
    }
  }

  private static func command(_ low: UInt32, to identity: UInt32) {
    let flags = apus_save_flags_cli()
    write(0x310, identity << 24)
    write(0x300, low | 1 << 14)
    while read(0x300) & 1 << 12 != 0 { apus_pause() }
    apus_restore_flags(flags)
  }
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
