// Address space calls.

import CProgram
import LinuxABI

enum Memory {
  private static let page = 4096
  private static let (readOnly, readWrite) = (1, 3)
  private static let privateAnonymous = 0x22

  @inline(__always)
  private static func map(_ size: Int) throws(Failure) -> Int {
    let address = call(.mmap, 0, size, readWrite, privateAnonymous, -1, 0)
    if address < 0 && address > -4096 { throw Failure("mmap", address) }
    return address
  }

  static func mmapMunmap(_ run: inout Run) throws(Failure) {
    try run.time { () throws(Failure) in
      try expect(call(.munmap, try map(page), page), 0, "munmap")
    }
  }

  /// One store a page of one mapping; an iteration is a page.
  static func mmapFault(_ run: inout Run) throws(Failure) {
    let size = run.iterations * page
    let base = try map(size)
    var next = base
    try run.time { () throws(Failure) in
      program_touch(UInt64(next))
      next += page
    }
    for index in 0..<size / page {
      let start = UnsafePointer<UInt16>(bitPattern: base + index * page).unsafelyUnwrapped
      try expect(Int(start[0]), 1, "what was stored")
    }
    try expect(call(.munmap, base, size), 0, "munmap")
  }

  static func mprotect(_ run: inout Run) throws(Failure) {
    let address = try map(page)
    program_touch(UInt64(address))
    try run.time { () throws(Failure) in
      try expect(call(.mprotect, address, page, readOnly), 0, "mprotect to read")
      try expect(call(.mprotect, address, page, readWrite), 0, "mprotect to write")
    }
    program_touch(UInt64(address))
    try expect(call(.munmap, address, page), 0, "munmap")
  }

  static func brk(_ run: inout Run) throws(Failure) {
    let start = try check(call(.brk, 0), "brk")
    let end = start + page
    try run.time { () throws(Failure) in
      try expect(call(.brk, end), end, "brk up")
      try expect(call(.brk, start), start, "brk down")
    }
  }
}
