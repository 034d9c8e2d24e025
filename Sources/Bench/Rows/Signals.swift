// Signal dispositions, masks and delivery.

import CProgram
import LinuxABI

/// What rt_sigaction(2) takes on x86_64.
private struct Action {
  var handler: UInt64
  var flags: UInt64
  var restorer: UInt64
  var mask: UInt64
}

nonisolated(unsafe) private var delivered = 0

@c
func bench_count_signal(_ signal: Int32) { delivered &+= 1 }

enum Signals {
  private static let userSignal = 10  // SIGUSR1
  private static let ignore: UInt64 = 1
  private static let hasRestorer: UInt64 = 0x0400_0000

  static func sigaction(_ run: inout Run) throws(Failure) {
    let action = store(Action(handler: ignore, flags: hasRestorer, restorer: program_restorer_address(), mask: 0))
    try run.time { () throws(Failure) in
      try expect(call(.rt_sigaction, userSignal, action, 0, 8), 0, "rt_sigaction")
    }
    try reset()
  }

  /// SIG_BLOCK and SIG_UNBLOCK of SIGUSR1.
  static func sigprocmask(_ run: inout Run) throws(Failure) {
    let mask = Scratch.address
    Scratch.words[0] = 1 << UInt64(userSignal - 1)
    try run.time { () throws(Failure) in
      try expect(call(.rt_sigprocmask, 0, mask, 0, 8), 0, "block")
      try expect(call(.rt_sigprocmask, 1, mask, 0, 8), 0, "unblock")
    }
    try expect(call(.rt_sigprocmask, 0, 0, mask + 8, 8), 0, "rt_sigprocmask")
    try expect(Int(Scratch.words[1]), 0, "the mask at the end")
  }

  static func delivery(_ run: inout Run) throws(Failure) {
    let handler: @convention(c) (Int32) -> Void = bench_count_signal
    let action = store(
      Action(
        handler: UInt64(UInt(bitPattern: unsafeBitCast(handler, to: Int.self))), flags: hasRestorer,
        restorer: program_restorer_address(), mask: 0))
    try expect(call(.rt_sigaction, userSignal, action, 0, 8), 0, "rt_sigaction")
    let (process, thread) = (call(.getpid), call(.gettid))
    delivered = 0
    var wanted = 0
    try run.time { () throws(Failure) in
      wanted &+= 1
      try expect(call(.tgkill, process, thread, userSignal), 0, "tgkill")
      try expect(delivered, wanted, "signals delivered")
    }
    try reset()
  }

  private static func store(_ action: Action) -> Int {
    UnsafeMutableRawPointer(Scratch.words).storeBytes(of: action, as: Action.self)
    return Scratch.address
  }

  private static func reset() throws(Failure) {
    let action = store(Action(handler: 0, flags: hasRestorer, restorer: program_restorer_address(), mask: 0))
    try expect(call(.rt_sigaction, userSignal, action, 0, 8), 0, "rt_sigaction")
  }
}
