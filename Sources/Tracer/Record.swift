// The words of a trace ring: what a probe stores and the drain reads.
//
// One record is one 8-byte word, preceded when needed by prefix words that extend it:
//
//   63      54 53        46 45                 25 24                     0
//   symbol     small        duration (ticks)       end time (ticks, low bits)
//
// A tick is `TSC >> tickShift`. The symbol says what happened and is never 0, so that 0 means "reserved, not yet
// stored". Small is the errno of a system call or the argument of a span when it fits; what does not fit goes into a
// prefix word. Time is the low 25 bits; a `time` prefix carries all of it whenever the bits above bit 24 differ from
// the previous record, so that the nearest full time to the last one known is always the right one.

/// What a record is about: a system call, a span, or a control word of the ring.
public struct Symbol: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16

  @inline(__always)
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// System calls take 512…1023; numbers from 512 up share `Symbol.otherSystemCall` and are told in the argument.
  @inline(__always)
  public static func systemCall(_ number: UInt64) -> Symbol {
    Symbol(rawValue: 512 | UInt16(truncatingIfNeeded: number))
  }

  /// Spans take 1…127.
  @inline(__always)
  public static func span(_ id: UInt32) -> Symbol { Symbol(rawValue: UInt16(truncatingIfNeeded: id)) }

  /// A thread was given the CPU; the value is its tid.
  public static var contextSwitch: Symbol { Symbol(rawValue: 128) }
  /// A system call whose number does not fit into 9 bits; the argument is the number.
  public static var otherSystemCall: Symbol { Symbol(rawValue: 129) }

  /// Prefix words, never on the wire as such: the full time, the running thread, and what did not fit.
  public static var time: Symbol { Symbol(rawValue: 256) }
  public static var thread: Symbol { Symbol(rawValue: 257) }
  public static var offCPU: Symbol { Symbol(rawValue: 258) }
  public static var argument: Symbol { Symbol(rawValue: 259) }
  public static var longDuration: Symbol { Symbol(rawValue: 260) }

  public var isSystemCall: Bool { rawValue >= 512 || self == .otherSystemCall }
  public var isSpan: Bool { rawValue > 0 && rawValue < 128 }
}

/// One word of the ring.
public struct RingWord {
  public var bits: UInt64

  public static var timeBits: UInt64 { 25 }
  public static var durationBits: UInt64 { 21 }
  public static var payloadBits: UInt64 { 54 }
  public static var timeMask: UInt64 { (1 << timeBits) - 1 }
  public static var durationMask: UInt64 { (1 << durationBits) - 1 }
  public static var payloadMask: UInt64 { (1 << payloadBits) - 1 }

  @inline(__always)
  public init(bits: UInt64) { self.bits = bits }

  /// A complete record; `end` is cut to its low bits, the others must fit.
  @inline(__always)
  public init(_ symbol: Symbol, end: UInt64, duration: UInt64, small: UInt64) {
    bits = UInt64(symbol.rawValue) << 54 | small << 46 | duration << 25 | end & Self.timeMask
  }

  /// A context switch: the tid takes the place of duration and small argument.
  @inline(__always)
  public init(switchTo tid: UInt64, end: UInt64) {
    bits = UInt64(Symbol.contextSwitch.rawValue) << 54 | (tid & 0x1fff_ffff) << 25 | end & Self.timeMask
  }

  /// A prefix word.
  @inline(__always)
  public init(prefix: Symbol, payload: UInt64) { bits = UInt64(prefix.rawValue) << 54 | payload & Self.payloadMask }

  public var symbol: Symbol { Symbol(rawValue: UInt16(truncatingIfNeeded: bits >> 54)) }
  public var small: UInt64 { bits >> 46 & 0xff }
  public var duration: UInt64 { bits >> 25 & Self.durationMask }
  public var time: UInt64 { bits & Self.timeMask }
  public var tid: UInt64 { bits >> 25 & 0x1fff_ffff }
  public var payload: UInt64 { bits & Self.payloadMask }
}

/// The events that can be dropped, one counter each; equal to the ids of the static keys.
public struct EventClass: RawRepresentable, Sendable {
  public let rawValue: Int

  @inline(__always)
  public init(rawValue: Int) { self.rawValue = rawValue }

  public static var count: Int { 8 }
}
