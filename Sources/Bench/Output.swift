// What the program says, a line a fact; kbench reads it off the console.
//
//   bench: begin ROWS quick|full        bench: clock TICKS NANOSECONDS (CLOCK_MONOTONIC; at the begin and the end)
//   bench: start NAME                   bench: row NAME ITERATIONS TICKS START
//   bench: locks NAME CLASS=COUNT …     bench: error NAME RESULT WHAT
//   bench: end ROWS FAILURES
//
// Every line is written at once and waited for (tcdrain(3)), so no row pays for a terminal that is still sending.

import CProgram
import LinuxABI

struct Line {
  private static let capacity = 2048
  nonisolated(unsafe) private static var storage: InlineArray<2048, UInt8> = InlineArray(repeating: 0)
  private var count = 0

  init(_ word: StaticString) {
    add("bench: ")
    add(word)
  }

  mutating func add(_ text: StaticString) {
    add(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) { for byte in bytes { add(byte) } }

  mutating func add(_ byte: UInt8) {
    guard count < Self.capacity else { return }
    Self.storage[count] = byte
    count += 1
  }

  mutating func add(_ number: Int) {
    if number < 0 { add(UInt8(ascii: "-")) }
    add(UInt64(number.magnitude))
  }

  mutating func add(_ number: UInt64) {
    var divisor: UInt64 = 1
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      add(48 + UInt8(number / divisor % 10))
      divisor /= 10
    }
  }

  mutating func send() {
    add(UInt8(10))
    let total = count
    withUnsafeBytes(of: &Self.storage) { bytes in
      var done = 0
      while done < total {
        let written = call(.write, 1, Int(bitPattern: bytes.baseAddress.unsafelyUnwrapped) + done, total - done)
        if written <= 0 { return }
        done += written
      }
    }
    _ = call(.ioctl, 1, 0x5409, 1)  // TCSBRK with 1: until all is sent; no terminal, nothing to wait for
  }
}
