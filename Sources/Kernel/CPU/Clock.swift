// Time: the TSC, scaled to nanoseconds; wall time from the CMOS clock at boot. Read by anybody, no lock.
//
// The TSC's rate is measured once against the 8254 timer (1.193182 MHz). Under `-icount` one tick is one instruction.

import CMachine

enum Clock {
  nonisolated(unsafe) private(set) static var ticksPerSecond: UInt64 = 1_000_000_000
  nonisolated(unsafe) private(set) static var timerTicksPerSecond: UInt64 = 1_000_000_000
  nonisolated(unsafe) private(set) static var bootTicks: UInt64 = 0
  /// Nanoseconds per tick, 32.32 fixed point.
  nonisolated(unsafe) private(set) static var scale: UInt64 = 1 << 32
  /// Wall time minus monotonic time, in nanoseconds.
  nonisolated(unsafe) static var wallOffset: UInt64 = 0 { didSet { VirtualObject.wallOffsetChanged() } }

  static let nanosecondsPerSecond: UInt64 = 1_000_000_000

  static func initialize() {
    measureRates()
    scale = nanosecondsPerSecond.multipliedDivided(by: 1 << 32, ticksPerSecond)
    bootTicks = apus_rdtsc()
    wallOffset = RealTimeClock.seconds() &* nanosecondsPerSecond
  }

  /// Nanoseconds since boot.
  @inline(__always)
  static func monotonic() -> UInt64 { nanoseconds(ofTicks: apus_rdtsc() &- bootTicks) }

  /// Nanoseconds since 1970.
  @inline(__always)
  static func wall() -> UInt64 { monotonic() &+ wallOffset }

  @inline(__always)
  static func nanoseconds(ofTicks ticks: UInt64) -> UInt64 {
    let product = ticks.multipliedFullWidth(by: scale)
    return product.high << 32 | product.low >> 32
  }

  /// Timer ticks in `nanoseconds`, at least 1, at most what the timer holds.
  static func timerTicks(in nanoseconds: UInt64) -> UInt32 {
    let ticks = nanoseconds.multipliedDivided(by: timerTicksPerSecond, nanosecondsPerSecond)
    return UInt32(max(1, min(ticks, 0xffff_fff0)))
  }

  private static func measureRates() {
    apus_outb(0x61, (apus_inb(0x61) & 0xfc) | 1)  // gate on, speaker off
    apus_outb(0x43, 0b1011_0000)  // channel 2, mode 0
    apus_outb(0x42, 0xff)
    apus_outb(0x42, 0xff)
    LocalAPIC.startTimer(0xffff_ffff)
    ticksPerSecond = .max
    // A host that stops the machine for longer than the 16-bit counter goes round makes the rates too high: the lowest
    // of some measurements is the true one.
    for _ in 0..<4 { measureOnce() }
    LocalAPIC.startTimer(0)
  }

  private static func measureOnce() {
    let start = sample()
    var end = sample()
    while start.count &- end.count < 3000 { end = sample() }  // 2.5 ms
    let elapsed = UInt64(start.count &- end.count)
    let rate = (end.ticks &- start.ticks).multipliedDivided(by: 1_193_182, elapsed)
    guard rate < ticksPerSecond else { return }
    ticksPerSecond = rate
    timerTicksPerSecond = UInt64(start.timer &- end.timer).multipliedDivided(by: 1_193_182, elapsed)
  }

  /// The three clocks at one moment: the least disturbed of some readings.
  private static func sample() -> (count: UInt16, ticks: UInt64, timer: UInt32) {
    var best: (count: UInt16, ticks: UInt64, timer: UInt32) = (0, 0, 0)
    var bestCost = UInt64.max
    for _ in 0..<4 {
      let before = apus_rdtsc()
      apus_outb(0x43, 0b1000_0000)
      let low = apus_inb(0x42)
      let high = apus_inb(0x42)
      let timer = LocalAPIC.timerCount
      let after = apus_rdtsc()
      if after &- before < bestCost {
        bestCost = after &- before
        best = (UInt16(high) << 8 | UInt16(low), before, timer)
      }
    }
    return best
  }
}

extension UInt64 {
  /// self * factor / divisor without overflow in between; the quotient must fit.
  func multipliedDivided(by factor: UInt64, _ divisor: UInt64) -> UInt64 {
    let product = multipliedFullWidth(by: factor)
    guard product.high < divisor else { return .max }
    return apus_divide(product.high, product.low, divisor)
  }
}
