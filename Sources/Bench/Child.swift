// A child process and its end. Every child's status is checked: a child that fails makes the row an error.

import CProgram
import LinuxABI

struct Child {
  private let pid: Int

  /// The child runs `body` and exits with what it returns.
  @inline(__always)
  static func fork(_ body: () -> Int) throws(Failure) -> Child {
    let pid = try check(call(.fork), "fork")
    if pid == 0 { leave(body()) }
    return Child(pid: pid)
  }

  /// A program with these words; 127 when it cannot be executed.
  static func execute(
    _ path: StaticString, _ name: StaticString, _ second: StaticString? = nil, _ third: StaticString? = nil
  ) throws(Failure) -> Child {
    let (arguments, environment) = (Scratch.words, Scratch.words + 4)
    arguments[0] = UInt64(name.address)
    arguments[1] = second.map { UInt64($0.address) } ?? 0
    arguments[2] = third.map { UInt64($0.address) } ?? 0
    arguments[3] = 0
    environment[0] = UInt64(("PATH=/bin:/sbin:/usr/bin:/usr/sbin" as StaticString).address)
    environment[1] = 0
    return try fork { () -> Int in
      _ = call(.execve, path.address, Int(bitPattern: arguments), Int(bitPattern: environment))
      return 127
    }
  }

  /// - Throws: the status word when it is not zero: exit code times 256, or the signal.
  @inline(__always)
  func wait() throws(Failure) {
    let status = Scratch.address + 128
    try expect(call(.wait4, pid, status, 0, 0), pid, "wait4")
    let value = UnsafePointer<Int32>(bitPattern: status).unsafelyUnwrapped.pointee
    try expect(Int(value), 0, "status of the child")
  }
}
