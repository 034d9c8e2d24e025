// Resource limits: RLIMIT_NOFILE, read and set to what it is.

import CProgram
import LinuxABI

enum Limits {
  private static let openFiles = 7

  static func getrlimit(_ run: inout Run) throws(Failure) {
    let buffer = Scratch.address
    try run.time { () throws(Failure) in try expect(call(.getrlimit, openFiles, buffer), 0, "getrlimit") }
    if Scratch.words[0] == 0 { throw Failure("getrlimit's limit", 0) }
  }

  static func setrlimit(_ run: inout Run) throws(Failure) {
    let buffer = Scratch.address
    try expect(call(.getrlimit, openFiles, buffer), 0, "getrlimit")
    try run.time { () throws(Failure) in try expect(call(.setrlimit, openFiles, buffer), 0, "setrlimit") }
  }

  static func prlimit64(_ run: inout Run) throws(Failure) {
    let buffer = Scratch.address
    try run.time { () throws(Failure) in
      try expect(call(.prlimit64, 0, openFiles, 0, buffer), 0, "prlimit64")
    }
    if Scratch.words[0] == 0 { throw Failure("prlimit64's limit", 0) }
  }
}
