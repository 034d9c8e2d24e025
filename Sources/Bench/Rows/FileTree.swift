// A small tree of directories and files, made, listed and removed, without a fork.

import CProgram
import LinuxABI

enum FileTree {
  private static let outer: StaticString = "/tmp/bench.tree"
  private static let inner: StaticString = "/tmp/bench.tree/inner"
  private static let names: InlineArray<10, StaticString> = [
    "/tmp/bench.tree/inner/0", "/tmp/bench.tree/inner/1", "/tmp/bench.tree/inner/2", "/tmp/bench.tree/inner/3",
    "/tmp/bench.tree/inner/4", "/tmp/bench.tree/inner/5", "/tmp/bench.tree/inner/6", "/tmp/bench.tree/inner/7",
    "/tmp/bench.tree/inner/8", "/tmp/bench.tree/inner/9",
  ]

  static func run(_ run: inout Run) throws(Failure) {
    try run.time { () throws(Failure) in try once() }
    try expect(call(.access, outer.address, 0), -2, "the tree is gone")
  }

  private static func once() throws(Failure) {
    try expect(call(.mkdir, outer.address, 0o755), 0, "mkdir")
    try expect(call(.mkdir, inner.address, 0o755), 0, "mkdir")
    for index in 0..<10 { try writeFile(names[index].address) }
    try list()
    for index in 0..<10 { try expect(call(.unlink, names[index].address), 0, "unlink") }
    try expect(call(.rmdir, inner.address), 0, "rmdir")
    try expect(call(.rmdir, outer.address), 0, "rmdir")
  }

  private static func writeFile(_ path: Int) throws(Failure) {
    let file = try check(call(.open, path, 0o101, 0o644), "create")  // O_WRONLY | O_CREAT
    try expect(call(.write, file, outer.address, 1), 1, "write")
    try expect(call(.close, file), 0, "close")
  }

  /// Twelve entries of 24 bytes: names of one digit, `.` and `..`.
  private static func list() throws(Failure) {
    let directory = try check(call(.open, inner.address, 0o200000, 0), "open")
    try expect(call(.getdents64, directory, Scratch.address, 1024), 288, "getdents64")
    try expect(call(.getdents64, directory, Scratch.address, 1024), 0, "getdents64's end")
    try expect(call(.close, directory), 0, "close")
  }
}
