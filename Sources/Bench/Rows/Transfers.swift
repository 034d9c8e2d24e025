// Bytes in and out of devices.

import CProgram
import LinuxABI

enum Transfers {
  static func readNull(_ run: inout Run) throws(Failure) {
    let (file, buffer) = (try open("/dev/null"), Scratch.address)
    try run.time { () throws(Failure) in try expect(call(.read, file, buffer, 1), 0, "read") }
    try expect(call(.close, file), 0, "close")
  }

  static func writeNull(_ run: inout Run) throws(Failure) {
    let (file, buffer) = (try open("/dev/null"), Scratch.address)
    try run.time { () throws(Failure) in try expect(call(.write, file, buffer, 1), 1, "write") }
    try expect(call(.close, file), 0, "close")
  }

  static func readZero(_ run: inout Run) throws(Failure) {
    let (file, buffer) = (try open("/dev/zero"), Scratch.address)
    Scratch.bytes[4095] = 1
    try run.time { () throws(Failure) in try expect(call(.read, file, buffer, 4096), 4096, "read") }
    try expect(Int(Scratch.bytes[4095]), 0, "a byte of zeroes")
    try expect(call(.close, file), 0, "close")
  }

  static func pread(_ run: inout Run) throws(Failure) {
    let (file, buffer) = (try open("/dev/null"), Scratch.address)
    try run.time { () throws(Failure) in try expect(call(.pread64, file, buffer, 1, 0), 0, "pread64") }
    try expect(call(.close, file), 0, "close")
  }

  static func writev(_ run: inout Run) throws(Failure) {
    let (file, vector) = (try open("/dev/null"), Scratch.address)
    Scratch.words[0] = UInt64(Scratch.address + 64)
    Scratch.words[1] = 1
    try run.time { () throws(Failure) in try expect(call(.writev, file, vector, 1), 1, "writev") }
    try expect(call(.close, file), 0, "close")
  }

  /// O_RDWR.
  static func open(_ path: StaticString) throws(Failure) -> Int {
    try check(call(.open, path.address, 2, 0), "open")
  }
}
