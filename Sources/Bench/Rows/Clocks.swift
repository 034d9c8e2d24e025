// CLOCK_MONOTONIC, through the vDSO and by the system call. Time must not go backwards, and must go on.

import CProgram
import LinuxABI

enum Clocks {
  private static let monotonic: Int32 = 1

  static func vdso(_ run: inout Run) throws(Failure) {
    guard let function = VirtualObject.find("__vdso_clock_gettime") else { throw Failure("no vDSO", 0) }
    let time = Scratch.words
    let before = now(time)
    try run.time { () throws(Failure) in
      try expect(Int(program_call_clock(function, monotonic, time)), 0, "__vdso_clock_gettime")
    }
    let last = time[0] &* 1_000_000_000 &+ time[1]
    let after = now(time)
    guard before < last, last <= after else { throw Failure("vDSO and system call disagree", Int(last &- before)) }
  }

  static func raw(_ run: inout Run) throws(Failure) {
    let time = Scratch.words
    let before = now(time)
    try run.time { () throws(Failure) in
      try expect(call(.clock_gettime, Int(monotonic), Int(bitPattern: time)), 0, "clock_gettime")
    }
    guard before < time[0] &* 1_000_000_000 &+ time[1] else { throw Failure("time stands still", 0) }
  }

  private static func now(_ time: UnsafeMutablePointer<UInt64>) -> UInt64 {
    _ = call(.clock_gettime, Int(monotonic), Int(bitPattern: time))
    return time[0] &* 1_000_000_000 &+ time[1]
  }
}
