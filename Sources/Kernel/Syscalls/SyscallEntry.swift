// From trap.S to the table and back: the only place where an Errno becomes a negative number.

import CMachine
import KernelCore
import LinuxABI
import Tracer

/// The six argument registers.
struct SyscallArguments {
  let a0: UInt
  let a1: UInt
  let a2: UInt
  let a3: UInt
  let a4: UInt
  let a5: UInt

  @inline(__always)
  init(_ frame: FramePointer) {
    a0 = UInt(frame.pointee.rdi)
    a1 = UInt(frame.pointee.rsi)
    a2 = UInt(frame.pointee.rdx)
    a3 = UInt(frame.pointee.r10)
    a4 = UInt(frame.pointee.r8)
    a5 = UInt(frame.pointee.r9)
  }
}

@c
func apus_syscall(_ registers: UnsafeMutableRawPointer) {
  let frame = registers.assumingMemoryBound(to: TrapFrame.self)
  if apus_key_syscalls() { tracedCall(frame) } else { call(frame) }
  prepareReturnToUser(frame)
}

/// Serves the call and puts its result into the frame. One copy, traced or not.
@inline(never)
private func call(_ frame: FramePointer) {
  Thread.running._withUnsafeGuaranteedRef { thread in
    do throws(Errno) {
      let number = SyscallNumber(rawValue: Int(truncatingIfNeeded: frame.pointee.rax))
      let result = try Syscalls.dispatch(number, thread, SyscallArguments(frame), frame)
      frame.pointee.rax = UInt64(bitPattern: Int64(result))
    } catch {
      // A call that is to be restarted is looked at before the program runs again.
      if error.rawValue >= 512 { thread.needsAttention = true }
      frame.pointee.rax = UInt64(bitPattern: Int64(-error.rawValue))
    }
  }
}

@inline(never)
private func tracedCall(_ frame: FramePointer) {
  Thread.running._withUnsafeGuaranteedRef { thread in
    let number = frame.pointee.rax
    let start = SpanStart(tsc: apus_rdtsc(), thread: thread.tracePointer)
    call(frame)
    CPUTrace.current.recordSystemCall(
      number: number, start: start, end: apus_rdtsc(), result: Int64(bitPattern: frame.pointee.rax),
      thread: thread.tracePointer)
  }
}
