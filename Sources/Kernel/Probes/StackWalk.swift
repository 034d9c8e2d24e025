// Walking stacks by frame pointers: the kernel's own, and the program's below it.
//
// Interrupts are off. Kernel frames are followed only upwards and only within the stack they began on. A program's
// registers may hold anything, so its frames are read by user copy with faults failing at once, must rise and stay near
// its stack pointer; a program without frame pointers gives its innermost address and often no more.
//
// The addresses come innermost first, into a buffer of this CPU's.

import CMachine
import KernelCore
import Tracer

struct StackWalk {
  private let frames: UnsafeMutablePointer<UInt64>
  private(set) var count = 0
  private static let kernelDepth = 60
  private static let userDepth = 60

  init(into buffer: UnsafeMutablePointer<UInt64>) { frames = buffer }

  var addresses: UnsafePointer<UInt64> { UnsafePointer(frames) }

  @inline(__always)
  mutating func append(_ address: UInt64) {
    guard count < CPUTrace.stackLimit else { return }
    frames[count] = address
    count &+= 1
  }

  /// What an interrupt found: the kernel's part if there is one, then the program's.
  mutating func walk(interrupted frame: FramePointer, of thread: Thread) {
    guard !frame.pointee.isFromUser else { return walkUser(frame) }
    append(frame.pointee.rip)
    appendCandidates(frame)
    walkKernel(from: frame.pointee.rbp)
    if thread.hasUserState { walkUser(thread.userFrame) }
  }

  /// The running thread's own stack, from the caller's frame on.
  mutating func walkCurrent(_ thread: Thread) {
    walkKernel(from: apus_frame_pointer())
    if thread.hasUserState { walkUser(thread.userFrame) }
  }

  /// A thread that is switched out, whose address space is loaded.
  mutating func walkSleeping(_ thread: Thread) {
    // As switch.S left it: r15 r14 r13 r12 rbx rbp, return address.
    guard let saved = UnsafePointer<UInt64>(bitPattern: UInt(thread.savedStackPointer.pointee)) else { return }
    append(saved[6])
    walkKernel(from: saved[5])
    if thread.hasUserState { walkUser(thread.userFrame) }
  }

  private mutating func walkKernel(from start: UInt64) {
    var pointer = start
    // Stacks are aligned to their size, and nothing is mapped above them: both words of a frame must lie within.
    let end = (start | UInt64(KernelStack.bytes - 1)) &- 14
    var depth = 0
    while pointer >= start, pointer < end, pointer & 7 == 0, pointer != 0 {
      guard depth < Self.kernelDepth else { return append(StackAddress.truncated) }
      let words = UnsafePointer<UInt64>(bitPattern: UInt(pointer)).unsafelyUnwrapped
      guard Self.isText(words[1]) else { return }
      append(words[1])
      guard words[0] > pointer else { return }
      pointer = words[0]
      depth += 1
    }
  }

  // An interrupted function that has not made its frame yet, or has taken it down, has its return address on top of the
  // stack or one word below; the reader knows from the unwind tables which.
  private mutating func appendCandidates(_ frame: FramePointer) {
    let stack = frame.pointee.rsp
    guard stack & 7 == 0, stack & UInt64(KernelStack.bytes - 1) <= UInt64(KernelStack.bytes - 16),
      let words = UnsafePointer<UInt64>(bitPattern: UInt(stack))
    else { return }
    for word in 0..<2 where Self.isText(words[word]) {
      append(words[word] | StackAddress.candidate | (word == 0 ? 0 : StackAddress.second))
    }
  }

  private mutating func walkUser(_ frame: FramePointer) {
    append(frame.pointee.rip)
    let stack = frame.pointee.rsp
    var pointer = frame.pointee.rbp
    var depth = 0
    apus_percpu().pointee.no_faults = 1
    defer { apus_percpu().pointee.no_faults = 0 }
    var words: (UInt64, UInt64) = (0, 0)
    while pointer >= stack, pointer &- stack < 8 << 20, pointer & 7 == 0, pointer < UInt64(UserMemory.end) - 16 {
      guard depth < Self.userDepth else { return append(StackAddress.truncated) }
      let missing = withUnsafeMutableBytes(of: &words) {
        apus_user_copy($0.baseAddress, UnsafeRawPointer(bitPattern: UInt(pointer)), 16)
      }
      guard missing == 0, words.1 >= UInt64(UserMemory.start), words.1 < UInt64(UserMemory.end) else { return }
      append(words.1)
      guard words.0 > pointer else { return }
      pointer = words.0
      depth += 1
    }
  }

  @inline(__always)
  private static func isText(_ address: UInt64) -> Bool {
    address >= apus_symbol__text_start() && address < apus_symbol__text_end()
  }
}
