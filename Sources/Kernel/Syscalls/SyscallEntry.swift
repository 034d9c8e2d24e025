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
  Thread.running._withUnsafeGuaranteedRef { thread in
    frame.pointee.rax = apus_key_syscalls() ? tracedCall(thread, frame) : call(thread, frame)
  }
  prepareReturnToUser(frame)
}

/// Serves the call; returns what the program gets. One copy, traced or not.
@inline(never)
private func call(_ thread: Thread, _ frame: FramePointer) -> UInt64 {
  do throws(Errno) {
    let number = SyscallNumber(rawValue: Int(truncatingIfNeeded: frame.pointee.rax))
    return UInt64(bitPattern: Int64(try Syscalls.dispatch(number, thread, SyscallArguments(frame), frame)))
  } catch {
    // A call that is to be restarted is looked at before the program runs again.
    if error.rawValue >= 512 { thread.needsAttention = true }
    return UInt64(bitPattern: Int64(-error.rawValue))
  }
}

@inline(never)
private func tracedCall(_ thread: Thread, _ frame: FramePointer) -> UInt64 {
  let number = frame.pointee.rax
  CPUTrace.beginSystemCall(thread.tracePointer)
  let result = call(thread, frame)
  let trace = CPUTrace.current
  let end = apus_rdtsc()
  if trace.recordUsualCall(number: number, end: end, result: result, thread: runningTrace) { return result }
  return trace.recordUnusualCall(number: number, end: end, result: result, thread: runningTrace)
}

/// Found again: a register that kept the thread would have to be saved first.
private var runningTrace: UnsafeMutablePointer<ThreadTrace> {
  @inline(__always) get { Thread.running._withUnsafeGuaranteedRef { $0.tracePointer } }
}
