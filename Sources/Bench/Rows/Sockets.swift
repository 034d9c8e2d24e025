// Sockets of AF_UNIX: a pair made and closed, and one option set and read.

import CProgram
import LinuxABI

enum Sockets {
  private static let (local, stream) = (1, 1)  // AF_UNIX, SOCK_STREAM
  private static let (socketLevel, reuseAddress) = (1, 2)  // SOL_SOCKET, SO_REUSEADDR

  static func socketpair(_ run: inout Run) throws(Failure) {
    let pair = UnsafeMutablePointer<Int32>(bitPattern: Scratch.address).unsafelyUnwrapped
    try run.time { () throws(Failure) in
      try expect(call(.socketpair, local, stream, 0, Int(bitPattern: pair)), 0, "socketpair")
      try expect(call(.close, Int(pair[0])), 0, "close")
      try expect(call(.close, Int(pair[1])), 0, "close")
    }
  }

  static func setsockopt(_ run: inout Run) throws(Failure) {
    let (socket, value) = (try make(), Scratch.address)
    Scratch.words[0] = 1
    try run.time { () throws(Failure) in
      try expect(call(.setsockopt, socket, socketLevel, reuseAddress, value, 4), 0, "setsockopt")
    }
    try expect(try option(of: socket), 1, "the option at the end")
    try expect(call(.close, socket), 0, "close")
  }

  static func getsockopt(_ run: inout Run) throws(Failure) {
    let (socket, value) = (try make(), Scratch.address)
    Scratch.words[1] = 4
    try run.time { () throws(Failure) in
      try expect(call(.getsockopt, socket, socketLevel, reuseAddress, value, value + 8), 0, "getsockopt")
    }
    try expect(try option(of: socket), 0, "the option")
    try expect(call(.close, socket), 0, "close")
  }

  private static func make() throws(Failure) -> Int { try check(call(.socket, local, stream, 0), "socket") }

  private static func option(of socket: Int) throws(Failure) -> Int {
    Scratch.words[0] = 77
    Scratch.words[1] = 4
    let value = Scratch.address
    try expect(call(.getsockopt, socket, socketLevel, reuseAddress, value, value + 8), 0, "getsockopt")
    return Int(Scratch.words[0] & 0xffff_ffff)
  }
}
