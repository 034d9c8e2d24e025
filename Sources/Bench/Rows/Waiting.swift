// Calls that would wait, with nothing to wait for; eventfd, which is never empty here; and sched_yield alone.

import CProgram
import LinuxABI

enum Waiting {
  static func schedYield(_ run: inout Run) throws(Failure) {
    try run.time { () throws(Failure) in try expect(call(.sched_yield), 0, "sched_yield") }
  }

  static func poll(_ run: inout Run) throws(Failure) {
    let (file, set) = (try Transfers.open("/dev/null"), Scratch.address)
    Scratch.words[0] = UInt64(file) | 1 << 32  // struct pollfd: descriptor, POLLIN
    try run.time { () throws(Failure) in try expect(call(.poll, set, 1, 0), 1, "poll") }
    try expect(Int(Scratch.words[0] >> 48), 1, "poll's result")
    try expect(call(.close, file), 0, "close")
  }

  static func epollWait(_ run: inout Run) throws(Failure) {
    let event = try check(call(.eventfd2, 0, 0), "eventfd2")
    let set = try check(call(.epoll_create1, 0), "epoll_create1")
    Scratch.words[0] = 1  // struct epoll_event: EPOLLIN, and data
    Scratch.words[1] = 0
    try expect(call(.epoll_ctl, set, 1, event, Scratch.address), 0, "epoll_ctl")
    let buffer = Scratch.address
    try run.time { () throws(Failure) in try expect(call(.epoll_wait, set, buffer, 1, 0), 0, "epoll_wait") }
    Scratch.words[0] = 1
    try expect(call(.write, event, buffer, 8), 8, "write")
    try expect(call(.epoll_wait, set, buffer, 1, 0), 1, "epoll_wait once there is something")
    try expect(call(.close, set), 0, "close")
    try expect(call(.close, event), 0, "close")
  }

  static func eventfd(_ run: inout Run) throws(Failure) {
    let (event, buffer) = (try check(call(.eventfd2, 0, 0), "eventfd2"), Scratch.address)
    Scratch.words[0] = 1
    try run.time { () throws(Failure) in
      try expect(call(.write, event, buffer, 8), 8, "write")
      try expect(call(.read, event, buffer, 8), 8, "read")
    }
    try expect(Int(Scratch.words[0]), 1, "the count read")
    try expect(call(.close, event), 0, "close")
  }

  /// P_ALL, WEXITED, and no child: ECHILD.
  static func waitid(_ run: inout Run) throws(Failure) {
    let information = Scratch.address
    try run.time { () throws(Failure) in
      try expect(call(.waitid, 0, 0, information, 4, 0), -10, "waitid")
    }
  }
}
