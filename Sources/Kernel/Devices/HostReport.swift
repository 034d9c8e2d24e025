// What the kernel tells whoever started the machine: text lines on QEMU's debug console (port 0xe9), and the end.
//
// Lines: `exit N`, `signal N`, `poweroff`, `ticks N` (TSC ticks from exec to exit, idle time left out), `panic MESSAGE`
// and, for each return address of its stack, `at ADDRESS`. The machine then
// ends through isa-debug-exit (port 0xf4) and, where that is missing, through ACPI (port 0x604).

import CMachine

enum HostReport {
  private static let debugConsole: UInt16 = 0xe9
  private static let debugExit: UInt16 = 0xf4

  static func line(_ word: StaticString, _ value: UInt64? = nil) {
    write(word)
    if let value {
      apus_outb(debugConsole, 32)
      writeDecimal(value)
    }
    apus_outb(debugConsole, 10)
  }

  static func panic(_ message: StaticString) {
    write("panic ")
    line(message)
  }

  static func address(_ address: UInt64) {
    write("at 0x")
    var shift: UInt64 = 64
    while shift > 0 {
      shift -= 4
      let digit = UInt8(truncatingIfNeeded: address >> shift) & 15
      apus_outb(debugConsole, digit < 10 ? 48 + digit : 87 + digit)
    }
    apus_outb(debugConsole, 10)
  }

  /// Ends the machine. QEMU's exit status is 2 * code + 1.
  static func powerOff(code: UInt8) -> Never {
    apus_cli()
    apus_outb(debugExit, code)
    apus_outw(0x604, 0x2000)
    while true { apus_hlt() }
  }

  private static func write(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { apus_outb(debugConsole, text.utf8Start[index]) }
  }

  private static func writeDecimal(_ value: UInt64) {
    var divisor: UInt64 = 1
    while value / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      apus_outb(debugConsole, 48 + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }
}
