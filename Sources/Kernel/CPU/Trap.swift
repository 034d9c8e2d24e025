// Faults, exceptions and interrupts. Called by trap.S with interrupts off; returns with them off.

import CMachine
import KernelCore
import LinuxABI
import Tracer

private enum Vector {
  static let divide: UInt64 = 0
  static let debug: UInt64 = 1
  static let nonMaskable: UInt64 = 2
  static let breakpoint: UInt64 = 3
  static let overflow: UInt64 = 4
  static let invalidOpcode: UInt64 = 6
  static let doubleFault: UInt64 = 8
  static let stackSegment: UInt64 = 12
  static let pageFault: UInt64 = 14
  static let floatingPoint: UInt64 = 16
  static let alignment: UInt64 = 17
  static let simd: UInt64 = 19
}

@c
func apus_trap(_ registers: UnsafeMutableRawPointer) {
  let frame = registers.assumingMemoryBound(to: TrapFrame.self)
  switch frame.pointee.vector {
  case LocalAPIC.timerVector: interrupt(frame) { Scheduler.timerInterrupt(frame) }
  case LocalAPIC.serialVector: interrupt(frame) { ConsoleInput.interrupt() }
  case Interprocessor.vector: interrupt(frame) { Interprocessor.serve() }
  case Vector.nonMaskable: return Interprocessor.nonMaskable()  // on a stack of its own: nothing may switch away
  case LocalAPIC.spuriousVector: break
  case Vector.pageFault: pageFault(frame)
  default: exception(frame)
  }
  if frame.pointee.isFromUser { prepareReturnToUser(frame) }
}

/// Runs a handler of the local controller's interrupt.
@inline(__always)
private func interrupt(_ frame: FramePointer, _ body: () -> Void) {
  LocalAPIC.endOfInterrupt()
  if apus_key_scheduler() { Probes.interrupted(frame.pointee.vector) }
  apus_percpu().pointee.interrupt_depth &+= 1
  defer { apus_percpu().pointee.interrupt_depth &-= 1 }
  #if APUS_CHECKED
    let outer = LockCheck.enterInterrupt()
    defer { LockCheck.leaveInterrupt(outer) }
  #endif
  body()
}

/// What must happen before user code runs again: reschedule, deliver signals, end the thread. Interrupts are off on
/// return.
@inline(__always)
func prepareReturnToUser(_ frame: FramePointer) {
  apus_cli()
  if apus_need_resched() != 0 || Thread.currentNeedsAttention { doWorkBeforeReturn(frame) }
}

@inline(never)
private func doWorkBeforeReturn(_ frame: FramePointer) {
  while apus_need_resched() != 0 || Thread.currentNeedsAttention {
    apus_sti()
    if apus_need_resched() != 0 {
      Reaper.runIfBusy()
      Scheduler.yield()
    }
    if deliverSignals(frame) { Scheduler.exitCurrent() }
    apus_cli()
  }
}

/// Returns true when the thread is to end. Not inlined: references must be dropped before it does.
@inline(never)
private func deliverSignals(_ frame: FramePointer) -> Bool {
  let thread = Thread.current
  if thread.isKilled { return true }
  guard thread.needsAttention else { return false }
  if thread.process.timers.wantsTicks { thread.process.timers.checkCPUTime(of: thread) }
  SignalDelivery.deliver(to: thread, frame)
  if thread.process.isStopped { SignalDelivery.stopHere(thread) }
  return thread.isKilled
}

// MARK: Page faults

private func pageFault(_ frame: FramePointer) {
  let address = UInt(apus_read_cr2())
  let access = FaultAccess(errorCode: frame.pointee.error)
  if frame.pointee.isFromUser {
    apus_sti()
    userPageFault(frame, address, access)
    return
  }
  // Only user copy may fault in the kernel: elsewhere SMAP makes it a bug even for mapped pages.
  guard let fixup = ExceptionTable.fixup(for: frame.pointee.rip) else { Panic.stop("page fault", frame: frame) }
  if apus_percpu().pointee.no_faults != 0 {
    frame.pointee.rip = fixup
    return
  }
  if address < UserMemory.end, let space = Thread.current.process.addressSpace {
    switch resolve(space, address, access, Thread.current) {
    case .resolved: return
    case .outOfMemory where !Frames.isExhausted: return  // tried again: memory has come back
    default: break
    }
  }
  frame.pointee.rip = fixup
}

private func userPageFault(_ frame: FramePointer, _ address: UInt, _ access: FaultAccess) {
  let thread = Thread.current
  guard let space = thread.process.addressSpace else { Panic.stop("no memory to fault in", frame: frame) }
  switch resolve(space, address, access, thread) {
  case .resolved: return
  case .unmapped: fault(thread, .segmentation, code: 1, UInt64(address))
  case .forbidden: fault(thread, .segmentation, code: 2, UInt64(address))
  case .beyondFile: fault(thread, .bus, code: 2, UInt64(address))
  case .outOfMemory: OutOfMemory.relieve(for: thread)
  }
}

private func resolve(_ space: AddressSpace, _ address: UInt, _ access: FaultAccess, _ thread: Thread) -> FaultOutcome {
  thread.usage.faults &+= 1
  let start = Probes.fault.begin(thread)
  let outcome = space.resolveFault(at: address, access)
  Probes.fault.end(start, thread)
  return outcome
}

private func fault(_ thread: Thread, _ signal: Signal, code: Int32, _ address: UInt64) {
  Signals.force(SignalInfo(signal, code: code, address: address), on: thread)
}

/// Where the kernel goes on when an instruction of usercopy.S faults.
enum ExceptionTable {
  static func fixup(for rip: UInt64) -> UInt64? {
    var entry = apus_symbol__exception_table_start()
    while entry < apus_symbol__exception_table_end() {
      let row = UnsafePointer<Int32>(bitPattern: UInt(entry)).unsafelyUnwrapped
      if entry &+ UInt64(bitPattern: Int64(row[0])) == rip {
        return entry &+ 4 &+ UInt64(bitPattern: Int64(row[1]))
      }
      entry += 8
    }
    return nil
  }
}

// MARK: Exceptions

private func exception(_ frame: FramePointer) {
  guard frame.pointee.isFromUser else { Panic.stop(kernelMessage(frame.pointee.vector), frame: frame) }
  apus_sti()
  let thread = Thread.current
  let rip = frame.pointee.rip
  switch frame.pointee.vector {
  case Vector.divide: fault(thread, .arithmetic, code: 1, rip)
  case Vector.debug:
    frame.pointee.rflags &= ~(1 << 8)
    fault(thread, .trap, code: 2, rip)
  case Vector.breakpoint: fault(thread, .trap, code: SignalInfo.kernel, 0)
  case Vector.overflow: fault(thread, .segmentation, code: SignalInfo.kernel, 0)
  case Vector.invalidOpcode: fault(thread, .illegal, code: 2, rip)
  case Vector.floatingPoint, Vector.simd: fault(thread, .arithmetic, code: 3, rip)
  case Vector.alignment: fault(thread, .bus, code: 1, rip)
  case Vector.stackSegment: fault(thread, .bus, code: SignalInfo.kernel, 0)
  default: fault(thread, .segmentation, code: SignalInfo.kernel, 0)
  }
}

private func kernelMessage(_ vector: UInt64) -> StaticString {
  switch vector {
  case Vector.divide: "divide error"
  case Vector.invalidOpcode: "invalid opcode (a trap of the Swift runtime?)"
  case Vector.doubleFault: "double fault (kernel stack overflow?)"
  case 13: "general protection fault"
  default: "unexpected exception"
  }
}

extension Thread {
  /// `current.needsAttention` without touching reference counts.
  @inline(__always)
  static var currentNeedsAttention: Bool {
    Thread.running._withUnsafeGuaranteedRef { $0.needsAttention }
  }
}
