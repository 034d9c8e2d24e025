// Holds a stream against docs/wire-format.md and says what is violated, where. For people who write an emitter.
//
// A reader must live with damage and silence; an emitter must not make any. So this is strict where `TraceModel` is
// tolerant, and cuts frames by itself: what both get wrong alike would not be found. Pure: bytes in, violations out.
// Memory grows with rows and CPUs, not with the stream; at most `violationLimit` violations are kept, all are counted.
import Tracer

public struct ConformanceCheck: Sendable {
  public struct Violation: Sendable, Equatable, CustomStringConvertible {
    /// Where the frame begins in the stream, and how many valid frames stood before it.
    public var offset: UInt64
    public var frame: UInt64
    public var text: String

    public var description: String { "byte \(offset), frame \(frame): \(text)" }
  }

  public static let violationLimit = 100
  public private(set) var violations: [Violation] = []
  public private(set) var violationCount: UInt64 = 0
  /// What was checked.
  public private(set) var frames: UInt64 = 0
  public internal(set) var records: UInt64 = 0
  public internal(set) var hellos: UInt64 = 0
  /// Frames of a type that this check does not know; a reader skips them, and so does it.
  public internal(set) var unknownFrames: UInt64 = 0
  public private(set) var consoleBytes: UInt64 = 0

  var boot = BootState()
  var events = EventFrame()
  var names: [[UInt8]: NameTable] = [:]
  private var piece: [UInt8] = []
  private var pieceOffset: UInt64 = 0
  private var offset: UInt64 = 0

  public init() {}

  /// Names that the stream does not bring itself.
  public mutating func add(_ table: NameTable) { names[table.buildID] = table }

  /// Takes the next bytes of the stream.
  public mutating func feed(_ bytes: [UInt8]) {
    for byte in bytes {
      offset += 1
      if byte != 0 {
        piece.append(byte)
      } else {
        finishPiece()
        pieceOffset = offset
      }
    }
  }

  /// The stream has ended: a piece without its delimiter is a frame that was cut.
  public mutating func finish() {
    if !piece.isEmpty && !isText(piece[...]) {
      violate("the stream ends within a frame of \(piece.count) bytes so far")
    }
    piece = []
    guard frames > 0 else { return violate("there is no frame in the stream") }
    finishBoot()
  }

  mutating func violate(_ text: String) {
    violationCount += 1
    if violations.count < Self.violationLimit {
      violations.append(Violation(offset: pieceOffset, frame: frames, text: text))
    }
  }

  // What stood before a delimiter: a frame, console text, or text with a line end and then a frame.
  private mutating func finishPiece() {
    defer { piece.removeAll(keepingCapacity: true) }
    guard !piece.isEmpty else { return }
    if isText(piece[...]) {
      consoleBytes += UInt64(piece.count)
      return
    }
    switch Self.payload(of: piece[...]) {
    case .success(let payload): take(payload, wireBytes: piece.count + 1)
    case .failure(let reason): finishPieceAfterText(or: reason)
    }
  }

  private mutating func finishPieceAfterText(or reason: FramingFault) {
    let lineEnds = piece.indices.filter { piece[$0] == 0x0a && isText(piece[...$0]) }
    for end in lineEnds.reversed() {
      if case .success(let payload) = Self.payload(of: piece[(end + 1)...]) {
        consoleBytes += UInt64(end + 1)
        pieceOffset += UInt64(end + 1)
        return take(payload, wireBytes: piece.count - end)
      }
    }
    violate("\(reason.text) in a piece of \(piece.count) bytes")
  }

  private mutating func take(_ payload: [UInt8], wireBytes: Int) {
    if wireBytes > Frame.wireLimit && payload[0] >> 4 != FrameType.names.rawValue {
      violate("the frame has \(wireBytes) bytes on the wire; the most is \(Frame.wireLimit)")
    }
    payload.withUnsafeBufferPointer { check($0) }
    frames += 1
  }

  struct FramingFault: Error { var text: String }

  /// Undoes COBS and checks the sum; byte by byte, as the specification says it.
  private static func payload(of piece: ArraySlice<UInt8>) -> Result<[UInt8], FramingFault> {
    var payload: [UInt8] = []
    var next = piece.startIndex
    while next < piece.endIndex {
      let length = Int(piece[next])
      guard next + length <= piece.endIndex else {
        return .failure(FramingFault(text: "a COBS block of \(length) bytes runs over the frame's end"))
      }
      payload += piece[(next + 1)..<(next + length)]
      next += length
      if length < 255 && next < piece.endIndex { payload.append(0) }
    }
    guard payload.count >= 5 else { return .failure(FramingFault(text: "too short for a head and a CRC-32")) }
    let told = payload.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let sum = CRC32.checksum(payload, count: payload.count - 4)
    guard told == sum else {
      return .failure(FramingFault(text: "the CRC-32 is \(hexadecimal(told)) and should be \(hexadecimal(sum))"))
    }
    return .success(Array(payload.dropLast(4)))
  }

  private static func hexadecimal(_ sum: UInt32) -> String {
    String(UInt64(sum) | 1 << 32, radix: 16).dropFirst().description
  }

  private func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.allSatisfy { (0x20...0x7e).contains($0) || (0x07...0x0d).contains($0) || $0 == 0x1b }
  }
}
