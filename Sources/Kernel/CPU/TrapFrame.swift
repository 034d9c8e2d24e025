// The registers of interrupted code, as trap.S pushes them. One layout for system calls, faults and interrupts.

/// 176 bytes on the kernel stack of the interrupted thread.
struct TrapFrame {
  var r15: UInt64 = 0
  var r14: UInt64 = 0
  var r13: UInt64 = 0
  var r12: UInt64 = 0
  var r11: UInt64 = 0
  var r10: UInt64 = 0
  var r9: UInt64 = 0
  var r8: UInt64 = 0
  var rbp: UInt64 = 0
  var rdi: UInt64 = 0
  var rsi: UInt64 = 0
  var rdx: UInt64 = 0
  var rcx: UInt64 = 0
  var rbx: UInt64 = 0
  var rax: UInt64 = 0
  var vector: UInt64 = 0
  /// The CPU's error code; of a system call its number, for restarts; -1 when it must not be restarted.
  var error: UInt64 = 0
  var rip: UInt64 = 0
  var cs: UInt64 = 0
  var rflags: UInt64 = 0
  var rsp: UInt64 = 0
  var ss: UInt64 = 0

  var isFromUser: Bool { cs & 3 != 0 }
  var isSystemCall: Bool { vector == Self.systemCallVector }

  static let systemCallVector: UInt64 = 256
}

typealias FramePointer = UnsafeMutablePointer<TrapFrame>
