// Walking stacks by frame pointers: the kernel's own, and the program's below it.
//
// Interrupts are off. Kernel frames are followed only upwards and only within the stack they began on. A program's
// registers may hold anything, so its frames are read by user copy with faults failing at once, must rise and stay near
// its stack pointer.
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
    guard !frame.pointee.isFromUser else { return walkUser(frame, thread) }
    append(frame.pointee.rip)
    appendCandidates(frame)
    walkKernel(from: frame.pointee.rbp)
    if thread.hasUserState { walkUser(thread.userFrame, thread) }
  }

  /// The running thread's own stack, from the caller's frame on.
  mutating func walkCurrent(_ thread: Thread) {
    walkKernel(from: apus_frame_pointer())
    if thread.hasUserState { walkUser(thread.userFrame, thread) }
  }

  /// A thread that is switched out, whose address space is loaded.
  mutating func walkSleeping(_ thread: Thread) {
    // As switch.S left it: r15 r14 r13 r12 rbx rbp, return address.
    guard let saved = UnsafePointer<UInt64>(bitPattern: UInt(thread.savedStackPointer.pointee)) else { return }
    append(saved[6])
    walkKernel(from: saved[5])
    if thread.hasUserState { walkUser(thread.userFrame, thread) }
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

  // A program's part. Without a chain of frame pointers the words on top of its stack that point to its code are taken:
  // the reader knows from the program's file which of them are return addresses.
  private mutating func walkUser(_ frame: FramePointer, _ thread: Thread) {
    append(frame.pointee.rip)
    let code = thread.tracePointer.pointee.codeStart..<thread.tracePointer.pointee.codeEnd
    apus_percpu().pointee.no_faults = 1
    defer { apus_percpu().pointee.no_faults = 0 }
    let stack = frame.pointee.rsp
    var words: (UInt64, UInt64) = (0, 0)
    guard Self.isFrame(frame.pointee.rbp, above: stack, &words), code.contains(words.1) else {
      let distance = frame.pointee.rbp &- stack
      let isNear = distance <= UInt64(Self.scannedWords * 8) && distance & 7 == 0
      append(StackAddress.framePointer(at: isNear ? Int(truncatingIfNeeded: distance / 8) : nil))
      return appendUserWords(from: stack, Self.scannedWords, code)
    }
    appendUserWords(from: stack, 2, code)
    var pointer = frame.pointee.rbp
    var depth = 0
    repeat {
      guard depth < Self.userDepth else { return append(StackAddress.truncated) }
      guard words.1 >= UInt64(UserMemory.start), words.1 < UInt64(UserMemory.end) else { return }
      append(words.1)
      guard words.0 > pointer else { return }
      pointer = words.0
      depth += 1
    } while Self.isFrame(pointer, above: stack, &words)
  }

  /// Reads the saved frame pointer and the return address at `pointer`.
  private static func isFrame(_ pointer: UInt64, above stack: UInt64, _ words: inout (UInt64, UInt64)) -> Bool {
    guard pointer >= stack, pointer &- stack < 8 << 20, pointer & 7 == 0, pointer < UInt64(UserMemory.end) - 16 else {
      return false
    }
    return withUnsafeMutableBytes(of: &words) {
      apus_user_copy($0.baseAddress, UnsafeRawPointer(bitPattern: UInt(pointer)), 16) == 0
    }
  }

  /// Words looked at, and the most of them that are taken.
  private static var scannedWords: Int { 256 }
  private static var userWords: Int { 48 }

  private mutating func appendUserWords(from stack: UInt64, _ count: Int, _ code: Range<UInt64>) {
    guard !code.isEmpty, stack & 7 == 0, stack < UInt64(UserMemory.end) - UInt64(count * 8) else { return }
    var taken = 0
    var start = 0
    while start < count {
      let size = min(16, count - start)
      var piece = InlineArray<16, UInt64>(repeating: 0)
      let missing = withUnsafeMutableBytes(of: &piece) {
        apus_user_copy($0.baseAddress, UnsafeRawPointer(bitPattern: UInt(stack) + UInt(start * 8)), size * 8)
      }
      for index in 0..<size - Int(missing + 7) / 8 where code.contains(piece[index]) {
        append(StackAddress.candidate(piece[index], at: start + index))
        taken += 1
        if taken == Self.userWords { return }
      }
      guard missing == 0 else { return }
      start += size
    }
  }

  @inline(__always)
  private static func isText(_ address: UInt64) -> Bool {
    address >= apus_symbol__text_start() && address < apus_symbol__text_end()
  }
}
