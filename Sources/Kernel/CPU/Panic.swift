// The end of the kernel: registers and return addresses on the console, a report to the host, power off.
//
// Names are added by the host tools, which have the ELF: a line `  at 0x…` is a return address. Works in any context;
// takes no lock, allocates nothing.

import CMachine
import KernelCore

enum Panic {
  static func stop(_ message: StaticString, frame: UnsafePointer<TrapFrame>? = nil) -> Never {
    apus_cli()
    Interprocessor.stopOthersAtOnce()
    if Console.isPanicking { HostReport.powerOff(code: 126) }
    Console.isPanicking = true
    Console.line(.literal("kernel panic: "), .literal(message))
    HostReport.panic(message)
    if let frame {
      printRegisters(frame.pointee)
      printAddress(frame.pointee.rip)
      printStack(from: frame.pointee.rbp)
    } else {
      printStack(from: apus_frame_pointer())
    }
    TraceLine.flush()
    HostReport.powerOff(code: 127)
  }

  private static func printRegisters(_ frame: TrapFrame) {
    Console.line(.literal("  vector "), .decimal(Int(frame.vector)), .literal(" error "), .hex(frame.error))
    Console.line(.literal("  rip "), .hex(frame.rip), .literal(" rflags "), .hex(frame.rflags))
    Console.line(.literal("  rsp "), .hex(frame.rsp), .literal(" rbp "), .hex(frame.rbp))
    Console.line(.literal("  rax "), .hex(frame.rax), .literal(" rbx "), .hex(frame.rbx))
    Console.line(.literal("  rcx "), .hex(frame.rcx), .literal(" rdx "), .hex(frame.rdx))
    Console.line(.literal("  rsi "), .hex(frame.rsi), .literal(" rdi "), .hex(frame.rdi))
    Console.line(.literal("  r8  "), .hex(frame.r8), .literal(" r9  "), .hex(frame.r9))
    Console.line(.literal("  r10 "), .hex(frame.r10), .literal(" r11 "), .hex(frame.r11))
    Console.line(.literal("  r12 "), .hex(frame.r12), .literal(" r13 "), .hex(frame.r13))
    Console.line(.literal("  r14 "), .hex(frame.r14), .literal(" r15 "), .hex(frame.r15))
    Console.line(.literal("  cr2 "), .hex(apus_read_cr2()), .literal(" cr3 "), .hex(apus_read_cr3()))
  }

  fileprivate static func printAddress(_ address: UInt64) {
    Console.line(.literal("  at "), .hex(address))
    HostReport.address(address)
  }

  private static func printStack(from start: UInt64) {
    var base = start
    for _ in 0..<32 {
      guard base >= KernelStack.region || base >= apus_symbol__data_start(), base & 7 == 0, base < 0x7fff_ffff_f000
      else { return }
      let pair = UnsafePointer<UInt64>(bitPattern: UInt(base)).unsafelyUnwrapped
      guard pair[1] >= apus_symbol__text_start(), pair[1] < apus_symbol__text_end() else { return }
      printAddress(pair[1])
      guard pair[0] > base else { return }
      base = pair[0]
    }
  }
}

#if APUS_CHECKED
  /// A lock was misused: both places, then the stack of the second.
  @c
  func apus_lock_misused(
    _ what: apus_lock_misuse, _ held: UnsafePointer<apus_held_lock>?, _ lockClass: UInt32, _ site: UInt64
  ) {
    Interprocessor.stopOthersAtOnce()
    Console.isPanicking = true
    Console.line(.literal("lock of rank "), .decimal(Int(apus_lock_rank(lockClass))), .literal(", wanted"))
    Panic.lockName(lockClass)
    Panic.printAddress(site)
    if let held = held?.pointee {
      Console.line(.literal("held, of rank "), .decimal(Int(apus_lock_rank(held.lock_class))), .literal(", taken"))
      Panic.lockName(held.lock_class)
      Panic.printAddress(held.site)
    }
    Console.isPanicking = false
    switch what {
    case apus_lock_taken_twice: Panic.stop("lock taken twice")
    case apus_lock_plain_in_interrupt: Panic.stop("plain lock taken in an interrupt")
    case apus_lock_out_of_order: Panic.stop("lock taken in the wrong order")
    case apus_lock_still_held: Panic.stop("lock still held")
    default: Panic.stop("too many locks held")
    }
  }

  extension Panic {
    fileprivate static func lockName(_ lockClass: UInt32) {
      let name = UnsafeRawPointer(apus_lock_name(lockClass)!).assumingMemoryBound(to: UInt8.self)
      var length = 0
      while name[length] != 0 { length += 1 }
      Console.line(.literal("  "), .bytes(UnsafeBufferPointer(start: name, count: length)))
    }
  }
#endif
