// Calls that take a path, on the root file system (tmpfs).

import CProgram
import LinuxABI

enum Paths {
  static func getcwd(_ run: inout Run) throws(Failure) {
    try expect(call(.chdir, ("/" as StaticString).address), 0, "chdir")
    let buffer = Scratch.address
    try run.time { () throws(Failure) in try expect(call(.getcwd, buffer, 256), 2, "getcwd") }
    try expect(Int(Scratch.bytes[0]), Int(UInt8(ascii: "/")), "getcwd's path")
  }

  static func openClose(_ run: inout Run) throws(Failure) {
    let path = ("/tmp/bench.open" as StaticString).address
    let made = try check(call(.open, path, 0o102, 0o644), "create")  // O_RDWR | O_CREAT
    try expect(call(.close, made), 0, "close")
    try run.time { () throws(Failure) in
      try expect(call(.close, try check(call(.open, path, 0, 0), "open")), 0, "close")
    }
    try expect(call(.unlink, path), 0, "unlink")
  }

  static func stat(_ run: inout Run) throws(Failure) {
    let (path, buffer) = (("/tmp" as StaticString).address, Scratch.address)
    try run.time { () throws(Failure) in try expect(call(.stat, path, buffer), 0, "stat") }
    try expect(Int(Scratch.words[3] & 0o170000), 0o040000, "stat's type")
  }

  /// STATX_BASIC_STATS.
  static func statx(_ run: inout Run) throws(Failure) {
    let (path, buffer) = (("/tmp" as StaticString).address, Scratch.address)
    try run.time { () throws(Failure) in
      try expect(call(.statx, -100, path, 0, 0x7ff, buffer), 0, "statx")
    }
    try expect(Int(Scratch.words[3] >> 32 & 0o170000), 0o040000, "statx's type")
  }

  static func access(_ run: inout Run) throws(Failure) {
    let path = ("/tmp" as StaticString).address
    try run.time { () throws(Failure) in try expect(call(.access, path, 4), 0, "access") }
  }

  static func readlink(_ run: inout Run) throws(Failure) {
    let (link, buffer) = (("/tmp/bench.link" as StaticString).address, Scratch.address)
    try expect(call(.symlink, ("twenty-bytes-exactly" as StaticString).address, link), 0, "symlink")
    try run.time { () throws(Failure) in try expect(call(.readlink, link, buffer, 256), 20, "readlink") }
    try expect(Int(Scratch.bytes[19]), Int(UInt8(ascii: "y")), "readlink's text")
    try expect(call(.unlink, link), 0, "unlink")
  }

  /// /tmp with three files of ours, all in one call.
  static func getdents64(_ run: inout Run) throws(Failure) {
    let (path, buffer) = (("/tmp" as StaticString).address, Scratch.address)
    let names: InlineArray<3, StaticString> = ["/tmp/bench.one", "/tmp/bench.two", "/tmp/bench.three"]
    for index in 0..<3 {
      let file = try check(call(.open, names[index].address, 0o101, 0o644), "create")
      try expect(call(.close, file), 0, "close")
    }
    let wanted = try list(path, buffer)
    if wanted < 5 * 24 { throw Failure("getdents64 left names out", wanted) }
    try run.time { () throws(Failure) in try expect(try list(path, buffer), wanted, "getdents64") }
    for index in 0..<3 { try expect(call(.unlink, names[index].address), 0, "unlink") }
  }

  /// O_RDONLY | O_DIRECTORY.
  @inline(__always)
  private static func list(_ path: Int, _ buffer: Int) throws(Failure) -> Int {
    let directory = try check(call(.open, path, 0o200000, 0), "open")
    let count = try check(call(.getdents64, directory, buffer, 1024), "getdents64")
    try expect(call(.close, directory), 0, "close")
    return count
  }
}
