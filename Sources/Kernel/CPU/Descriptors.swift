// Segments, task state and interrupt gates of one CPU (Intel SDM volume 3, chapters 3, 6 and 7).
//
// Selectors are fixed by sysret: kernel code 0x08, kernel data 0x10, user data 0x18, user code 0x20, TSS 0x28. Gate 8
// (double fault) has a stack of its own, because it means that the thread's kernel stack ran out; gate 2 (NMI) has one,
// because it comes also where the stack is still the user's.

import CMachine
import KernelCore

enum Descriptors {
  static let userCode: UInt64 = 0x23
  static let userData: UInt64 = 0x1b
  private static let nonMaskable = 2
  private static let doubleFault = 8

  /// Builds this CPU's tables in its eight zeroed pages and loads them.
  static func load(_ page: UnsafeMutableRawPointer) {
    let gates = page + pageSize
    let segments = page.assumingMemoryBound(to: UInt64.self)
    let state = page + 256
    segments[1] = 0x00af_9a00_0000_ffff
    segments[2] = 0x00cf_9200_0000_ffff
    segments[3] = 0x00cf_f200_0000_ffff
    segments[4] = 0x00af_fa00_0000_ffff
    setTaskState(segments, state)
    (state + 36).storeBytes(of: UInt64(UInt(bitPattern: page + 4 * pageSize)), as: UInt64.self)
    (state + 44).storeBytes(of: UInt64(UInt(bitPattern: page + 6 * pageSize)), as: UInt64.self)
    for vector in 0..<256 { setGate(gates, vector) }
    let registers = page + 512
    setTableRegister(registers, limit: 0x37, base: page)
    setTableRegister(registers + 16, limit: 4095, base: gates)
    apus_load_tables(registers, registers + 16, 0x28)
  }

  /// Where the CPU enters from user mode: the top of the running thread's kernel stack.
  @inline(__always)
  static func setKernelStack(_ top: UInt64, page: UnsafeMutableRawPointer) {
    (page + 260).storeBytes(of: top, as: UInt64.self)
  }

  private static func setTaskState(_ segments: UnsafeMutablePointer<UInt64>, _ state: UnsafeMutableRawPointer) {
    let base = UInt64(UInt(bitPattern: state))
    segments[5] = 0x0000_8900_0000_0067 | (base & 0xff_ffff) << 16 | (base >> 24 & 0xff) << 56
    segments[6] = base >> 32
    state.storeBytes(of: 104, toByteOffset: 102, as: UInt16.self)
  }

  private static func setGate(_ gates: UnsafeMutableRawPointer, _ vector: Int) {
    let target = apus_address_trap_stubs() + UInt64(vector) * 16
    let privilege: UInt64 = vector == 3 || vector == 4 ? 3 : 0
    let stack: UInt64 = vector == doubleFault ? 1 : vector == nonMaskable ? 2 : 0
    let low = target & 0xffff | 0x08 << 16 | stack << 32 | (0x8e | privilege << 5) << 40 | (target >> 16 & 0xffff) << 48
    gates.storeBytes(of: low, toByteOffset: vector * 16, as: UInt64.self)
    gates.storeBytes(of: target >> 32, toByteOffset: vector * 16 + 8, as: UInt64.self)
  }

  private static func setTableRegister(
    _ register: UnsafeMutableRawPointer, limit: UInt16, base: UnsafeMutableRawPointer
  ) {
    register.storeBytes(of: limit, as: UInt16.self)
    var address = UInt64(UInt(bitPattern: base))
    (register + 2).copyMemory(from: &address, byteCount: 8)
  }
}
