// Raw system calls and the few bytes of memory that the rows work on. No C library: nothing is cached, retried or
// wrapped, so what a row times is what it says.

import CProgram
import LinuxABI

@inline(__always)
func call(_ number: SyscallNumber) -> Int { program_call0(number.rawValue) }

@inline(__always)
func call(_ number: SyscallNumber, _ a: Int) -> Int { program_call1(number.rawValue, a) }

@inline(__always)
func call(_ number: SyscallNumber, _ a: Int, _ b: Int) -> Int { program_call2(number.rawValue, a, b) }

@inline(__always)
func call(_ number: SyscallNumber, _ a: Int, _ b: Int, _ c: Int) -> Int { program_call3(number.rawValue, a, b, c) }

@inline(__always)
func call(_ number: SyscallNumber, _ a: Int, _ b: Int, _ c: Int, _ d: Int) -> Int {
  program_call4(number.rawValue, a, b, c, d)
}

@inline(__always)
func call(_ number: SyscallNumber, _ a: Int, _ b: Int, _ c: Int, _ d: Int, _ e: Int) -> Int {
  program_call5(number.rawValue, a, b, c, d, e)
}

@inline(__always)
func call(_ number: SyscallNumber, _ a: Int, _ b: Int, _ c: Int, _ d: Int, _ e: Int, _ f: Int) -> Int {
  program_call6(number.rawValue, a, b, c, d, e, f)
}

extension StaticString {
  /// As an argument of a system call; literals end with a NUL.
  @inline(__always) var address: Int { Int(bitPattern: utf8Start) }
}

/// Memory for arguments and results: mapped and touched once, so no row pays for its first use.
enum Scratch {
  static let size = 1 << 16
  nonisolated(unsafe) private(set) static var address = 0

  static func prepare() {
    let mapping = call(.mmap, 0, size, 3, 0x22, -1, 0)  // PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS
    if mapping < 0 { leave(71) }
    address = mapping
    for page in 0..<size / 4096 { program_touch(UInt64(mapping + page * 4096)) }
  }

  /// The first words, as integers.
  static var words: UnsafeMutablePointer<UInt64> {
    @inline(__always) get { UnsafeMutablePointer(bitPattern: address).unsafelyUnwrapped }
  }

  static var bytes: UnsafeMutablePointer<UInt8> {
    @inline(__always) get { UnsafeMutablePointer(bitPattern: address).unsafelyUnwrapped }
  }
}
