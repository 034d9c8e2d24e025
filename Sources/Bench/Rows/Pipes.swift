// Pipes: 4 KiB through one in one process, and one byte to and fro between two.

import CProgram
import LinuxABI

enum Pipes {
  static func pipe(_ run: inout Run) throws(Failure) {
    let ends = try make()
    let (source, target) = (Scratch.address + 4096, Scratch.address + 8192)
    for index in 0..<4096 { Scratch.bytes[4096 + index] = UInt8(truncatingIfNeeded: index &* 7) }
    try run.time { () throws(Failure) in
      try expect(call(.write, ends.write, source, 4096), 4096, "write")
      try expect(call(.read, ends.read, target, 4096), 4096, "read")
    }
    for index in 0..<4096 {
      try expect(Int(Scratch.bytes[8192 + index]), Int(Scratch.bytes[4096 + index]), "what came through")
    }
    try close(ends)
  }

  static func pingpong(_ run: inout Run) throws(Failure) {
    let (there, back) = (try make(), try make())
    let buffer = Scratch.address
    let child = try Child.fork { () -> Int in
      _ = call(.close, there.write)
      while call(.read, there.read, buffer, 1) == 1 { if call(.write, back.write, buffer, 1) != 1 { return 1 } }
      return 0
    }
    Scratch.bytes[0] = 42
    try run.time { () throws(Failure) in
      try expect(call(.write, there.write, buffer, 1), 1, "write")
      try expect(call(.read, back.read, buffer, 1), 1, "read")
    }
    try expect(Int(Scratch.bytes[0]), 42, "the byte at the end")
    try close(there)
    try close(back)
    try child.wait()
  }

  private static func make() throws(Failure) -> (read: Int, write: Int) {
    try expect(call(.pipe2, Scratch.address, 0), 0, "pipe2")
    let word = Scratch.words[0]
    return (Int(word & 0xffff_ffff), Int(word >> 32))
  }

  private static func close(_ ends: (read: Int, write: Int)) throws(Failure) {
    try expect(call(.close, ends.write), 0, "close")
    try expect(call(.close, ends.read), 0, "close")
  }
}
