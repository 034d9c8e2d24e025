// Calls on an open descriptor that move no bytes.

import CProgram
import LinuxABI

enum Descriptors {
  static func fstat(_ run: inout Run) throws(Failure) {
    let (file, buffer) = (try Transfers.open("/dev/null"), Scratch.address)
    try run.time { () throws(Failure) in try expect(call(.fstat, file, buffer), 0, "fstat") }
    try expect(Int(Scratch.words[3] & 0o170000), 0o020000, "fstat's type")
    try expect(call(.close, file), 0, "close")
  }

  static func lseek(_ run: inout Run) throws(Failure) {
    let file = try Transfers.open("/dev/null")
    try run.time { () throws(Failure) in try expect(call(.lseek, file, 0, 1), 0, "lseek") }
    try expect(call(.close, file), 0, "close")
  }

  /// F_GETFL; O_LARGEFILE may show or not.
  static func fcntlGetfl(_ run: inout Run) throws(Failure) {
    let file = try Transfers.open("/dev/null")
    let wanted = try check(call(.fcntl, file, 3, 0), "fcntl")
    try expect(wanted & 3, 2, "F_GETFL's mode")
    try run.time { () throws(Failure) in try expect(call(.fcntl, file, 3, 0), wanted, "fcntl") }
    try expect(call(.close, file), 0, "close")
  }

  static func dupClose(_ run: inout Run) throws(Failure) {
    let file = try Transfers.open("/dev/null")
    try run.time { () throws(Failure) in
      try expect(call(.close, try check(call(.dup, file), "dup")), 0, "close")
    }
    try expect(call(.close, file), 0, "close")
  }

  /// F_SETLK with struct flock: a write lock on the whole file, then F_UNLCK.
  static func fcntlLock(_ run: inout Run) throws(Failure) {
    let (file, lock) = (try makeFile(), Scratch.address)
    for index in 0..<8 { Scratch.words[index] = 0 }
    let kind = UnsafeMutablePointer<UInt16>(bitPattern: lock).unsafelyUnwrapped
    try run.time { () throws(Failure) in
      kind[0] = 1
      try expect(call(.fcntl, file, 6, lock), 0, "F_SETLK to lock")
      kind[0] = 2
      try expect(call(.fcntl, file, 6, lock), 0, "F_SETLK to unlock")
    }
    try removeFile(file)
  }

  /// LOCK_EX, LOCK_UN.
  static func flock(_ run: inout Run) throws(Failure) {
    let file = try makeFile()
    try run.time { () throws(Failure) in
      try expect(call(.flock, file, 2), 0, "flock to lock")
      try expect(call(.flock, file, 8), 0, "flock to unlock")
    }
    try removeFile(file)
  }

  private static let path: StaticString = "/tmp/bench.lock"

  private static func makeFile() throws(Failure) -> Int { try check(call(.open, path.address, 0o102, 0o644), "create") }

  private static func removeFile(_ file: Int) throws(Failure) {
    try expect(call(.close, file), 0, "close")
    try expect(call(.unlink, path.address), 0, "unlink")
  }
}
