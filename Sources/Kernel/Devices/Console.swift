// The kernel's own messages, on COM1. No allocation, no String: it must work while everything else is broken.
// Lock: `console`, interrupt-safe, so that a line stays whole; panic output ignores it.

import CMachine
import KernelCore
import Tracer

/// One piece of a message.
enum Text {
  case literal(StaticString)
  case decimal(Int)
  case hex(UInt64)
  case bytes(UnsafeBufferPointer<UInt8>)
}

enum Console {
  private static let lock = InterruptSpinLock<Locks.Console>()
  nonisolated(unsafe) static var isPanicking = false
  /// `console=plain`: a line ends in a bare newline, for a console that is a file or a pipe.
  nonisolated(unsafe) static var isPlain = false

  /// Prints the pieces and a new line.
  static func line(
    _ first: Text, _ second: Text = .literal(""), _ third: Text = .literal(""), _ fourth: Text = .literal("")
  ) {
    if isPanicking { return writeLine(first, second, third, fourth) }
    if apus_key_process(), apus_current() != nil { return tracedLine(first, second, third, fourth) }
    lock.withLock { writeLine(first, second, third, fourth) }
  }

  /// A line is time of whatever thread writes it.
  @inline(never)
  private static func tracedLine(_ first: Text, _ second: Text, _ third: Text, _ fourth: Text) {
    let start = Probes.log.begin(Thread.current)
    lock.withLock { writeLine(first, second, third, fourth) }
    Probes.log.end(start, Thread.current)
  }

  /// Runs `body` while no line is written.
  static func withLog<Result>(_ body: () -> Result) -> Result { lock.withLock(body) }

  static func line(_ message: StaticString) { line(.literal(message)) }

  /// Program output: bytes as they are.
  static func write(_ bytes: UnsafeBufferPointer<UInt8>) {
    for byte in bytes { SerialPort.com1.write(byte) }
  }

  private static func writeLine(_ first: Text, _ second: Text, _ third: Text, _ fourth: Text) {
    write(first)
    write(second)
    write(third)
    write(fourth)
    if !isPlain { put(13) }
    put(10)
  }

  /// A byte of a message: on the line, and in the log.
  private static func put(_ byte: UInt8) {
    SerialPort.com1.write(byte)
    if byte != 13 { KernelLog.append(byte) }
  }

  private static func write(_ text: Text) {
    switch text {
    case .literal(let string):
      for index in 0..<string.utf8CodeUnitCount { put(string.utf8Start[index]) }
    case .decimal(let value): writeDecimal(value)
    case .hex(let value): writeHex(value)
    case .bytes(let bytes): for byte in bytes { put(byte) }
    }
  }

  private static func writeDecimal(_ value: Int) {
    if value < 0 { put(UInt8(ascii: "-")) }
    var divisor: UInt = 1
    while value.magnitude / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      put(48 + UInt8(value.magnitude / divisor % 10))
      divisor /= 10
    }
  }

  private static func writeHex(_ value: UInt64) {
    put(UInt8(ascii: "0"))
    put(UInt8(ascii: "x"))
    var shift = 60
    while shift >= 0 {
      let digit = UInt8(truncatingIfNeeded: value >> UInt64(shift)) & 15
      put(digit < 10 ? 48 + digit : 87 + digit)
      shift -= 4
    }
  }
}
