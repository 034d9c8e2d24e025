// Commands from the host, on the same line and in the same frames as the trace.
//
// The parser is fed one byte at a time from the receive side of the line; it never allocates and gives up on nothing:
// bytes that are not part of a valid frame are counted and forgotten.

/// What the host can ask.
public enum Command: Sendable, Equatable {
  /// Send HELLO, losses and all state now.
  case hello
  /// Turn keys on or off; bits are key ids.
  case enable(UInt32)
  case disable(UInt32)
  /// Clear counts and histograms.
  case reset
  /// Answer with the token and the clock.
  case ping(UInt64)
  /// Take this many samples of stacks a second, on each CPU.
  case rate(UInt32)
  /// Keep events instead of sending them, until something happens.
  case flight(FlightRules)
  /// Something has happened.
  case trigger
  /// Record one process only.
  case process(ProcessFilter)
  /// Record these rows, or do not.
  case rows(RowRange, RowSwitch)
  /// The console is shown in so many rows and columns from now on.
  case consoleSize(rows: UInt32, columns: UInt32)

  /// Builds the frame of this command, delimiters included, into 32 bytes at `wire`; returns its length.
  public func encode(into wire: UnsafeMutablePointer<UInt8>) -> Int {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { payload in
      let bytes = payload.baseAddress.unsafelyUnwrapped
      var frame = FrameWriter(bytes: bytes, limit: 20)
      frame.byte(Frame.head(.command, tag: 0))
      switch self {
      case .hello: frame.byte(1)
      case .enable(let mask):
        frame.byte(2)
        frame.word32(mask)
      case .disable(let mask):
        frame.byte(3)
        frame.word32(mask)
      case .reset: frame.byte(4)
      case .ping(let token):
        frame.byte(5)
        frame.word64(token)
      case .rate(let hertz):
        frame.byte(6)
        frame.word32(hertz)
      case .flight(let rules):
        frame.byte(7)
        frame.word32(rules.seconds)
        frame.word32(rules.row)
        frame.word64(rules.threshold)
      case .trigger: frame.byte(8)
      case .process(let filter):
        frame.byte(9)
        frame.word32(filter.pid)
        frame.byte(filter.withChildren ? 1 : 0)
      case .rows(let range, let change):
        frame.byte(10)
        frame.word32(range.first)
        frame.word32(range.count)
        frame.byte(change.rawValue)
      case .consoleSize(let rows, let columns):
        frame.byte(11)
        frame.word32(rows)
        frame.word32(columns)
      }
      wire[0] = 0
      return 1 &+ Frame.seal(bytes, count: frame.count, into: wire + 1)
    }
  }
}

/// Turns received bytes into commands.
public struct ControlParser {
  /// Most bytes between delimiters that can be a command.
  public static var bufferBytes: Int { 32 }
  private let buffer: UnsafeMutablePointer<UInt8>
  private var count = 0
  /// Bytes received that were no command.
  public private(set) var badBytes: UInt64 = 0

  /// `buffer` is `bufferBytes` long and lives as long as the parser.
  public init(buffer: UnsafeMutablePointer<UInt8>) { self.buffer = buffer }

  /// Takes one byte; returns the command that it completes.
  public mutating func receive(_ byte: UInt8) -> Command? {
    if byte != 0 {
      if count < Self.bufferBytes { buffer[count] = byte }
      count &+= 1
      return nil
    }
    let length = count
    count = 0
    guard length > 0 else { return nil }
    if length <= Self.bufferBytes, let command = decode(length) { return command }
    badBytes &+= UInt64(truncatingIfNeeded: length)
    return nil
  }

  private func decode(_ length: Int) -> Command? {
    guard let size = COBS.decode(buffer, count: length, into: buffer), size >= 6 else { return nil }
    let checksum = UInt32(truncatingIfNeeded: integer(size &- 4, 4))
    guard CRC32.checksum(buffer, count: size &- 4) == checksum else { return nil }
    guard buffer[0] == Frame.head(.command, tag: 0) else { return nil }
    switch (buffer[1], size &- 6) {
    case (1, 0): return .hello
    case (2, 4): return .enable(word(2))
    case (3, 4): return .disable(word(2))
    case (4, 0): return .reset
    case (5, 8): return .ping(integer(2, 8))
    case (6, 4): return .rate(word(2))
    case (7, 16):
      return .flight(FlightRules(seconds: word(2), row: word(6), threshold: integer(10, 8)))
    case (8, 0): return .trigger
    case (9, 5): return .process(ProcessFilter(pid: word(2), withChildren: buffer[6] & 1 != 0))
    case (10, 9): return RowSwitch(rawValue: buffer[10]).map { .rows(RowRange(first: word(2), count: word(6)), $0) }
    case (11, 8): return .consoleSize(rows: word(2), columns: word(6))
    default: return nil
    }
  }

  private func word(_ offset: Int) -> UInt32 { UInt32(truncatingIfNeeded: integer(offset, 4)) }

  private func integer(_ offset: Int, _ bytes: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<bytes { value |= UInt64(buffer[offset &+ index]) << UInt64(index &* 8) }
    return value
  }
}

/// The kernel's side of the control channel.
public protocol TraceControl {
  /// Bits are ids of the static keys that are on.
  var enabledKeys: UInt32 { get }
  /// Turns exactly these keys on. Called from the drain; may only note the wish and patch later.
  mutating func setKeys(_ mask: UInt32)
  /// Samples a second; what the kernel makes of the wish.
  var sampleRate: UInt32 { get }
  mutating func setSampleRate(_ hertz: UInt32)
  /// Tells the console's programs. Called from the drain, in an interrupt.
  mutating func setConsoleSize(rows: UInt32, columns: UInt32)
}
