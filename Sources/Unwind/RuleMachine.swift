// Runs the instructions of call frame information up to an address.

struct RuleMachine {
  private struct State {
    var cfaRegister: UInt64 = 0
    var cfaOffset: Int64 = 0
    var isExpression = false
    /// Offset from the CFA by register.
    var saved: [UInt64: Int64] = [:]
    /// Registers under an expression or another rule that is not followed.
    var unknown: Set<UInt64> = []
  }

  private let codeFactor: UInt64
  private let dataFactor: Int64
  private var location: UInt64
  private var state = State()
  private var initial = State()
  private var remembered: [State] = []

  init(codeFactor: UInt64, dataFactor: Int64, location: UInt64) {
    self.codeFactor = codeFactor
    self.dataFactor = dataFactor
    self.location = location
  }

  /// The state so far is the one that `restore` goes back to.
  mutating func begin() { initial = state }

  /// Stops before the first location above `address`; false when an instruction is not known.
  mutating func run(_ cursor: ByteCursor, until address: UInt64) -> Bool {
    var cursor = cursor
    while !cursor.isAtEnd {
      let code = cursor.u8()
      guard let next = advance(code, &cursor) else {
        guard execute(code, &cursor) else { return false }
        continue
      }
      if next > address { return true }
      location = next
    }
    return true
  }

  // The new location when the instruction moves it.
  private func advance(_ code: UInt8, _ cursor: inout ByteCursor) -> UInt64? {
    switch code {
    case 0x40...0x7f: location &+ UInt64(code & 0x3f) &* codeFactor
    case 0x01: cursor.u64()
    case 0x02: location &+ UInt64(cursor.u8()) &* codeFactor
    case 0x03: location &+ UInt64(cursor.u16()) &* codeFactor
    case 0x04: location &+ UInt64(cursor.u32()) &* codeFactor
    default: nil
    }
  }

  private mutating func execute(_ code: UInt8, _ cursor: inout ByteCursor) -> Bool {
    switch code {
    case 0x00: break
    case 0x80...0xbf: save(UInt64(code & 0x3f), Int64(bitPattern: cursor.unsigned()) &* dataFactor)
    case 0xc0...0xff: restore(UInt64(code & 0x3f))
    case 0x05: save(cursor.unsigned(), Int64(bitPattern: cursor.unsigned()) &* dataFactor)
    case 0x11: save(cursor.unsigned(), cursor.signed() &* dataFactor)
    case 0x06: restore(cursor.unsigned())
    case 0x07, 0x08: forget(cursor.unsigned())
    case 0x09:
      state.unknown.insert(cursor.unsigned())
      _ = cursor.unsigned()
    case 0x0a: remembered.append(state)
    case 0x0b:
      guard let last = remembered.popLast() else { return false }
      state = last
    case 0x0c: define(cursor.unsigned(), Int64(bitPattern: cursor.unsigned()))
    case 0x12: define(cursor.unsigned(), cursor.signed() &* dataFactor)
    case 0x0d: define(cursor.unsigned(), state.cfaOffset)
    case 0x0e: define(state.cfaRegister, Int64(bitPattern: cursor.unsigned()))
    case 0x13: define(state.cfaRegister, cursor.signed() &* dataFactor)
    case 0x0f:
      state.isExpression = true
      cursor.skip(cursor.unsigned())
    case 0x10, 0x14, 0x15, 0x16:
      state.unknown.insert(cursor.unsigned())
      cursor.skip(cursor.unsigned())
    case 0x2e: _ = cursor.unsigned()  // GNU_args_size
    default: return false
    }
    return true
  }

  private mutating func save(_ register: UInt64, _ offset: Int64) {
    state.saved[register] = offset
    state.unknown.remove(register)
  }

  private mutating func forget(_ register: UInt64) {
    state.saved[register] = nil
    state.unknown.remove(register)
  }

  private mutating func restore(_ register: UInt64) {
    forget(register)
    if let offset = initial.saved[register] { state.saved[register] = offset }
    if initial.unknown.contains(register) { state.unknown.insert(register) }
  }

  private mutating func define(_ register: UInt64, _ offset: Int64) {
    state.cfaRegister = register
    state.cfaOffset = offset
    state.isExpression = false
  }

  func rule(returnRegister: UInt64) -> CFI.Rule? {
    guard !state.isExpression, let register = UInt8(exactly: state.cfaRegister), register < 17,
      let back = state.saved[returnRegister], !state.unknown.contains(6), !state.unknown.contains(returnRegister)
    else { return nil }
    return CFI.Rule(
      cfaRegister: register, cfaOffset: state.cfaOffset, returnOffset: back, rbpOffset: state.saved[6])
  }
}
