// Cuts a byte stream into frames, console text and damage.
//
// A frame is what stands between two zero bytes and passes COBS and CRC-32. What does not pass but is printable is
// console text (one line can carry both), also when a frame follows it without a zero between. Everything else is
// damage, counted once per piece. Any input is accepted; memory is bounded by `pieceLimit`.
import Tracer

struct Deframer: Sendable {
  /// Longest piece that is examined; longer ones are text or damage.
  static let pieceLimit = 1024

  private var piece: [UInt8] = []
  private var isOverlong = false

  /// Frames that failed their checksum or were cut, and the bytes in them.
  private(set) var badFrames: UInt64 = 0
  private(set) var badBytes: UInt64 = 0
  /// Bytes of text between frames.
  private(set) var consoleBytes: UInt64 = 0

  enum Piece {
    /// A payload without its checksum.
    case frame(UnsafeBufferPointer<UInt8>)
    case text([UInt8])
  }

  /// Takes bytes and hands out each complete piece in order.
  mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>, each: (Piece) -> Void) {
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0) ?? bytes.count
      append(UnsafeBufferPointer(rebasing: bytes[start..<end]), each: each)
      if end < bytes.count { finishPiece(each: each) }
      start = end + 1
    }
  }

  /// The stream has ended: what is left is text or a frame that was cut.
  mutating func finish(each: (Piece) -> Void) { finishPiece(each: each) }

  /// What has begun will not be completed, for nobody listens any more.
  mutating func forgetPartialPiece() {
    piece.removeAll()
    isOverlong = false
  }

  private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>, each: (Piece) -> Void) {
    piece.append(contentsOf: bytes)
    while piece.count > Self.pieceLimit {
      let head = Array(piece[..<Self.pieceLimit])
      if Self.isText(head) { deliverText(head, each: each) } else { countOverlong(head.count) }
      piece.removeFirst(Self.pieceLimit)
    }
  }

  private mutating func countOverlong(_ bytes: Int) {
    if !isOverlong { badFrames += 1 }
    isOverlong = true
    badBytes += UInt64(bytes)
  }

  private mutating func finishPiece(each: (Piece) -> Void) {
    defer {
      piece.removeAll(keepingCapacity: true)
      isOverlong = false
    }
    guard !piece.isEmpty else { return }
    if decodeFrame(from: 0, each: each) { return }
    if Self.isText(piece) { return deliverText(piece, each: each) }
    if decodeFrameAfterText(each: each) { return }
    if !isOverlong { badFrames += 1 }
    badBytes += UInt64(piece.count)
  }

  // The frame may begin with what looks like text, so the ends of the last few lines are tried.
  private mutating func decodeFrameAfterText(each: (Piece) -> Void) -> Bool {
    let text = piece.prefix { Self.isText($0) }
    let lineEnds = text.indices.filter { text[$0] == 0x0a }
    return lineEnds.suffix(4).reversed().contains { decodeFrame(from: $0 + 1, textBefore: $0 + 1, each: each) }
  }

  // Delivers the text before a frame and the frame, when there is one from `start` on.
  private mutating func decodeFrame(from start: Int, textBefore: Int = 0, each: (Piece) -> Void) -> Bool {
    let count = piece.count - start
    guard count >= 6 else { return false }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { payload in
      let size = piece.withUnsafeBufferPointer {
        COBS.decode($0.baseAddress! + start, count: count, into: payload.baseAddress!)
      }
      guard let size, size >= 5, Self.checksumMatches(payload, size) else { return false }
      if textBefore > 0 { deliverText(Array(piece[..<textBefore]), each: each) }
      each(.frame(UnsafeBufferPointer(start: payload.baseAddress, count: size - 4)))
      return true
    }
  }

  private static func checksumMatches(_ payload: UnsafeMutableBufferPointer<UInt8>, _ size: Int) -> Bool {
    var expected: UInt32 = 0
    for index in 0..<4 { expected |= UInt32(payload[size - 4 + index]) << UInt32(8 * index) }
    return CRC32.checksum(payload.baseAddress!, count: size - 4) == expected
  }

  private mutating func deliverText(_ text: [UInt8], each: (Piece) -> Void) {
    consoleBytes += UInt64(text.count)
    each(.text(text))
  }

  private static func isText(_ bytes: [UInt8]) -> Bool { bytes.allSatisfy { isText($0) } }

  private static func isText(_ byte: UInt8) -> Bool {
    (0x20...0x7e).contains(byte) || (0x07...0x0d).contains(byte) || byte == 0x1b
  }
}
