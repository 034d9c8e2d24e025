// Calls that only tell something about the caller or the machine.

import CProgram
import LinuxABI

enum Identity {
  static func getpid(_ run: inout Run) throws(Failure) {
    let own = try check(call(.getpid), "getpid")
    try run.time { () throws(Failure) in try expect(call(.getpid), own, "getpid") }
  }

  static func gettid(_ run: inout Run) throws(Failure) {
    let own = try check(call(.getpid), "getpid")
    try run.time { () throws(Failure) in try expect(call(.gettid), own, "gettid") }
  }

  static func getuid(_ run: inout Run) throws(Failure) {
    let own = try check(call(.getuid), "getuid")
    try run.time { () throws(Failure) in try expect(call(.getuid), own, "getuid") }
  }

  /// The raw call returns 20 - nice.
  static func getpriority(_ run: inout Run) throws(Failure) {
    try run.time { () throws(Failure) in try expect(call(.getpriority, 0, 0), 20, "getpriority") }
  }

  static func getsid(_ run: inout Run) throws(Failure) {
    let session = try check(call(.getsid, 0), "getsid")
    try run.time { () throws(Failure) in try expect(call(.getsid, 0), session, "getsid") }
  }

  static func uname(_ run: inout Run) throws(Failure) {
    let buffer = Scratch.address
    try run.time { () throws(Failure) in try expect(call(.uname, buffer), 0, "uname") }
    // The fifth of six fields of 65 bytes: the machine.
    try expect(Int(Scratch.bytes[4 * 65]), Int(UInt8(ascii: "x")), "uname's machine")
  }
}
