// From the registers of a stopped CPU and a piece of its stack to the return addresses.
//
// Three ways, each frame by the first that can say something there: ORC (Linux), call frame information, frame pointers.
// The first frame matters most: only tables know whether a leaf or a prologue has rbp of its own yet. Pure; the piece of
// stack is all the memory that there is, so a stack that leaves it ends there and says so.

/// The general registers that unwinding follows, by DWARF's numbers where they have one.
public struct StackRegisters: Sendable, Equatable {
  public var rip: UInt64
  public var rsp: UInt64
  public var rbp: UInt64
  public var rdx: UInt64 = 0
  public var rdi: UInt64 = 0
  public var r10: UInt64 = 0
  public var r13: UInt64 = 0

  public init(rip: UInt64, rsp: UInt64, rbp: UInt64) {
    self.rip = rip
    self.rsp = rsp
    self.rbp = rbp
  }
}

/// Bytes of a stack and where they begin.
public struct StackPiece: Sendable {
  public var address: UInt64
  public var bytes: [UInt8]

  public init(address: UInt64, bytes: [UInt8]) {
    self.address = address
    self.bytes = bytes
  }

  /// The word at an address; nil when it is not in this piece.
  public func word(_ at: UInt64) -> UInt64? {
    let offset = at &- address
    guard at >= address, bytes.count >= 8, offset <= UInt64(bytes.count - 8) else { return nil }
    return bytes.withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: Int(offset), as: UInt64.self))
    }
  }
}

public struct StackUnwinder: Sendable {
  public enum End: Sendable, Equatable {
    /// The last frame is where the stack begins, or user mode.
    case complete
    /// The stack goes on outside of the piece.
    case cut
    /// No way to leave the last frame was found.
    case lost
  }

  public struct Stack: Sendable, Equatable {
    /// The leaf first. Return addresses stand behind their call: look up one less, but for the leaf.
    public var addresses: [UInt64]
    public var end: End
  }

  public static let frameLimit = 128
  let orc: ORC?
  let cfi: CFI?
  /// How far the kernel was moved when it booted: address in memory less address in the file.
  let slide: UInt64
  /// Where code of this kernel can be.
  let text: Range<UInt64>

  public init(orc: ORC?, cfi: CFI?, slide: UInt64 = 0, text: Range<UInt64>) {
    self.orc = orc
    self.cfi = cfi
    self.slide = slide
    self.text = text
  }

  public func unwind(_ registers: StackRegisters, _ piece: StackPiece) -> Stack {
    var stack = Stack(addresses: [registers.rip], end: .complete)
    var frame = Frame(registers: registers, isReturn: false)
    while stack.addresses.count < Self.frameLimit {
      switch step(frame, piece) {
      case .frame(let next):
        // A stack grows down: a caller is above, or on another stack, or the information is wrong.
        guard next.registers.rsp > frame.registers.rsp || piece.word(next.registers.rsp) == nil else {
          return Stack(addresses: stack.addresses, end: .lost)
        }
        guard text.contains(next.registers.rip) else { return stack }
        stack.addresses.append(next.registers.rip)
        frame = next
      case .end(let end):
        stack.end = end
        return stack
      }
    }
    stack.end = .cut
    return stack
  }

  struct Frame {
    var registers: StackRegisters
    /// rip is a return address, not where the CPU was interrupted.
    var isReturn: Bool
    var place: UInt64 { isReturn ? registers.rip &- 1 : registers.rip }
  }

  enum Step {
    case frame(Frame)
    case end(End)
  }

  private func step(_ frame: Frame, _ piece: StackPiece) -> Step {
    if let orc {
      guard let entry = orc.entry(at: frame.place &- slide) else { return byFramePointer(frame, piece) }
      return step(frame, entry, piece)
    }
    if let rule = cfi?.rule(at: frame.place &- slide) { return step(frame, rule, piece) }
    return byFramePointer(frame, piece)
  }

  private func step(_ frame: Frame, _ rule: CFI.Rule, _ piece: StackPiece) -> Step {
    let base: UInt64
    switch rule.cfaRegister {
    case 6: base = frame.registers.rbp
    case 7: base = frame.registers.rsp
    default: return .end(.lost)
    }
    let cfa = base &+ UInt64(bitPattern: rule.cfaOffset)
    guard let rip = piece.word(cfa &+ UInt64(bitPattern: rule.returnOffset)) else { return .end(.cut) }
    var registers = frame.registers
    registers.rip = rip
    registers.rsp = cfa
    if let offset = rule.rbpOffset, let rbp = piece.word(cfa &+ UInt64(bitPattern: offset)) { registers.rbp = rbp }
    return .frame(Frame(registers: registers, isReturn: true))
  }

  private func byFramePointer(_ frame: Frame, _ piece: StackPiece) -> Step {
    let rbp = frame.registers.rbp
    guard rbp != 0 else { return .end(.complete) }
    guard rbp >= piece.address, rbp & 7 == 0, let above = piece.word(rbp), let rip = piece.word(rbp &+ 8) else {
      return .end(rbp > piece.address && rbp < piece.address &+ (1 << 16) ? .cut : .lost)
    }
    return .frame(Frame(registers: StackRegisters(rip: rip, rsp: rbp &+ 16, rbp: above), isReturn: true))
  }

  private func step(_ frame: Frame, _ entry: ORC.Entry, _ piece: StackPiece) -> Step {
    if entry.isEnd { return .end(.complete) }
    let old = frame.registers
    var indirect = false
    var sp: UInt64
    switch entry.spBase {
    case .sp: sp = old.rsp
    case .bp: sp = old.rbp
    case .spIndirect: (sp, indirect) = (old.rsp, true)
    case .bpIndirect: (sp, indirect) = (old.rbp, true)
    case .r10: sp = old.r10
    case .r13: sp = old.r13
    case .di: sp = old.rdi
    case .dx: sp = old.rdx
    case .undefined, .previousSP: return .end(.lost)
    }
    if indirect && entry.spBase == .spIndirect {
      guard let inner = piece.word(sp) else { return .end(.cut) }
      sp = inner &+ UInt64(bitPattern: entry.spOffset)
    } else {
      sp = sp &+ UInt64(bitPattern: entry.spOffset)
      if indirect {
        guard let inner = piece.word(sp) else { return .end(.cut) }
        sp = inner
      }
    }
    return leave(frame, entry, callerSP: sp, piece)
  }

  // A call left the return address below the caller's stack; an interrupt left all registers (struct pt_regs) there.
  private func leave(_ frame: Frame, _ entry: ORC.Entry, callerSP sp: UInt64, _ piece: StackPiece) -> Step {
    var next = frame
    switch entry.kind {
    case .call:
      guard let rip = piece.word(sp &- 8) else { return .end(.cut) }
      next.registers.rip = rip
      next.registers.rsp = sp
      next.isReturn = true
    case .registers, .partialRegisters:
      let iret = entry.kind == .registers ? sp &+ 128 : sp
      guard let rip = piece.word(iret), let segment = piece.word(iret &+ 8), let rsp = piece.word(iret &+ 24) else {
        return .end(.cut)
      }
      guard segment & 3 == 0 else { return .end(.complete) }
      next.registers.rip = rip
      next.registers.rsp = rsp
      next.isReturn = false
      if entry.kind == .registers {
        next.registers.rbp = piece.word(sp &+ 32) ?? 0
        next.registers.r13 = piece.word(sp &+ 16) ?? 0
        next.registers.r10 = piece.word(sp &+ 56) ?? 0
      }
    }
    switch entry.bpBase {
    case .previousSP:
      if let rbp = piece.word(sp &+ UInt64(bitPattern: entry.bpOffset)) { next.registers.rbp = rbp }
    case .bp:
      if let rbp = piece.word(frame.registers.rbp &+ UInt64(bitPattern: entry.bpOffset)) { next.registers.rbp = rbp }
    default: break
    }
    return .frame(next)
  }
}
