// The frame a handler runs on: struct rt_sigframe of x86_64 (arch/x86/include/asm/sigframe.h), laid out by offset.
//
//   0 return address (restorer) · 8 ucontext: 16 link, 24 stack, 48 registers (256 bytes), 304 mask · 312 siginfo (128)
//   and above it, 64-byte aligned, 512 bytes of fxsave state.

import CMachine
import KernelCore
import LinuxABI

enum SignalFrame {
  private static let bytes: UInt64 = 440
  /// What a frame may take of a signal stack: red zone, floating-point state, frame, and what alignment costs.
  static let minimumStack = 128 + 512 + 64 + 440 + 24
  private static let contextOffset: UInt64 = 8
  private static let infoOffset: UInt64 = 312
  private static let registerWords = 32

  /// Builds the frame and points the thread at its handler. False when the stack cannot take it.
  static func push(_ info: SignalInfo, _ action: SignalAction, _ thread: Thread, _ frame: FramePointer) -> Bool {
    guard action.flags.contains(.restorer) else { return false }
    var top = frame.pointee.rsp &- 128
    if action.flags.contains(.onStack), thread.canEnterSignalStack(frame.pointee.rsp) {
      top = thread.signalStack.base &+ thread.signalStack.size
    }
    let floatingPoint = (top &- 512) & ~63
    let base = ((floatingPoint &- bytes) & ~15) &- 8
    do throws(Errno) {
      try write(info, action, thread, frame, base: base, floatingPoint: floatingPoint)
    } catch { return false }
    enterHandler(info.signal, action, thread, frame, base: base)
    return true
  }

  private static func write(
    _ info: SignalInfo, _ action: SignalAction, _ thread: Thread, _ frame: FramePointer, base: UInt64,
    floatingPoint: UInt64
  ) throws(Errno) {
    thread.saveUserState()
    try UserMemory.copyOut(thread.floatingPointState, to: UInt(floatingPoint), count: 512)
    var words = InlineArray<39, UInt64>(repeating: 0)
    words[0] = action.restorer
    words[1] = 6  // uc_flags: UC_SIGCONTEXT_SS, UC_STRICT_RESTORE_SS
    words[3] = thread.signalStack.base
    words[4] = UInt64(UInt32(bitPattern: thread.signalStackFlags(frame.pointee.rsp)))
    words[5] = thread.signalStack.size
    writeRegisters(frame.pointee, into: &words)
    words[29] = floatingPoint
    words[38] = (thread.savedMask ?? thread.mask).bits
    try UserPointer<InlineArray<39, UInt64>>(UInt(base)).store(words)
    try UserPointer<SignalInfo>(UInt(base &+ infoOffset)).store(info)
  }

  private static func writeRegisters(_ frame: TrapFrame, into words: inout InlineArray<39, UInt64>) {
    words[6] = frame.r8
    words[7] = frame.r9
    words[8] = frame.r10
    words[9] = frame.r11
    words[10] = frame.r12
    words[11] = frame.r13
    words[12] = frame.r14
    words[13] = frame.r15
    words[14] = frame.rdi
    words[15] = frame.rsi
    words[16] = frame.rbp
    words[17] = frame.rbx
    words[18] = frame.rdx
    words[19] = frame.rax
    words[20] = frame.rcx
    words[21] = frame.rsp
    words[22] = frame.rip
    words[23] = frame.rflags
    words[24] = frame.cs | frame.ss << 48
    words[25] = frame.isSystemCall ? 0 : frame.error
    words[26] = frame.vector
    words[28] = frame.vector == 14 ? apus_read_cr2() : 0
  }

  private static func enterHandler(
    _ signal: Signal, _ action: SignalAction, _ thread: Thread, _ frame: FramePointer, base: UInt64
  ) {
    frame.pointee.rdi = UInt64(signal.rawValue)
    frame.pointee.rsi = base &+ infoOffset
    frame.pointee.rdx = base &+ contextOffset
    frame.pointee.rax = 0
    frame.pointee.rsp = base
    frame.pointee.rip = action.handler
    frame.pointee.rflags &= ~(1 << 10 | 1 << 8 | 1 << 16)  // DF, TF, RF
    var mask = SignalSet(bits: thread.mask.bits | action.mask.bits)
    if !action.flags.contains(.noDefer) { mask.insert(signal) }
    thread.savedMask = nil
    thread.setMask(mask)
  }

  /// rt_sigreturn(2): everything back as the handler's frame says. Returns the restored rax.
  static func pop(_ thread: Thread, _ frame: FramePointer) throws(Errno) -> UInt64 {
    let base = frame.pointee.rsp &- 8
    let words = try UserPointer<InlineArray<39, UInt64>>(UInt(base)).load()
    guard words[22] < UInt64(UserMemory.end) else { throw .EFAULT }
    if words[29] != 0 {
      try UserMemory.copyIn(from: UInt(words[29]), to: thread.floatingPointState, count: 512)
      let control = thread.floatingPointState.load(fromByteOffset: 24, as: UInt32.self)
      thread.floatingPointState.storeBytes(of: control & 0xffff, toByteOffset: 24, as: UInt32.self)
      apus_fxrstor(thread.floatingPointState)
    }
    readRegisters(words, into: frame)
    thread.setMask(SignalSet(bits: words[38]))
    return words[19]
  }

  private static func readRegisters(_ words: InlineArray<39, UInt64>, into frame: FramePointer) {
    frame.pointee.r8 = words[6]
    frame.pointee.r9 = words[7]
    frame.pointee.r10 = words[8]
    frame.pointee.r11 = words[9]
    frame.pointee.r12 = words[10]
    frame.pointee.r13 = words[11]
    frame.pointee.r14 = words[12]
    frame.pointee.r15 = words[13]
    frame.pointee.rdi = words[14]
    frame.pointee.rsi = words[15]
    frame.pointee.rbp = words[16]
    frame.pointee.rbx = words[17]
    frame.pointee.rdx = words[18]
    frame.pointee.rax = words[19]
    frame.pointee.rcx = words[20]
    frame.pointee.rsp = words[21]
    frame.pointee.rip = words[22]
    // Only the flags a program may set; interrupts stay on.
    frame.pointee.rflags = words[23] & 0x0005_0dd5 | 0x202
    frame.pointee.cs = Descriptors.userCode
    frame.pointee.ss = Descriptors.userData
    // Not a call to restart, whatever the restored rax looks like.
    frame.pointee.vector = 0
  }
}

extension Thread {
  /// SS_ONSTACK, SS_DISABLE or 0 for a stack pointer.
  func signalStackFlags(_ stackPointer: UInt64) -> Int32 {
    if signalStack.flags & SignalStack.disabled != 0 { return SignalStack.disabled }
    return isOnSignalStack(stackPointer) ? SignalStack.onStack : 0
  }

  func isOnSignalStack(_ stackPointer: UInt64) -> Bool {
    signalStack.flags & SignalStack.disabled == 0 && stackPointer > signalStack.base
      && stackPointer &- signalStack.base <= signalStack.size
  }

  func canEnterSignalStack(_ stackPointer: UInt64) -> Bool {
    signalStack.flags & SignalStack.disabled == 0 && !isOnSignalStack(stackPointer)
  }
}
