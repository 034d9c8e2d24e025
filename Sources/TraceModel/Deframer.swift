// Cuts a byte stream into frames, console text and damage.
//
// A frame is what stands between two zero bytes and passes COBS and CRC-32. What does not pass but is printable is
// console text (one line can carry both), also when a frame follows it without a zero between. Everything else is
// damage, counted once per piece. Any input is accepted; memory is bounded by `pieceLimit`.
import Glibc
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
    guard var next = bytes.baseAddress else { return }
    let end = next + bytes.count
    while next < end {
      guard let zero = memchr(next, 0, end - next) else {
        return append(UnsafeBufferPointer(start: next, count: end - next), each: each)
      }
      let delimiter = UnsafePointer(zero.assumingMemoryBound(to: UInt8.self))
      take(UnsafeBufferPointer(start: next, count: delimiter - next), each: each)
      next = delimiter + 1
    }
  }

  // What stands before a delimiter. The usual case, a whole frame in one piece, is decoded where it lies.
  private mutating func take(_ bytes: UnsafeBufferPointer<UInt8>, each: (Piece) -> Void) {
    if piece.isEmpty && !isOverlong && bytes.count <= Self.pieceLimit && decodeFrame(bytes, each: each) { return }
    append(bytes, each: each)
    finishPiece(each: each)
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
    if piece.withUnsafeBufferPointer({ decodeFrame($0, each: each) }) { return }
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

  private mutating func decodeFrame(from start: Int, textBefore: Int, each: (Piece) -> Void) -> Bool {
    let piece = piece
    return piece.withUnsafeBufferPointer {
      decodeFrame(UnsafeBufferPointer(rebasing: $0[start...]), textBefore: piece[..<textBefore], each: each)
    }
  }

  // Delivers the text before a frame and the frame, when `bytes` is one.
  private mutating func decodeFrame(
    _ bytes: UnsafeBufferPointer<UInt8>, textBefore: ArraySlice<UInt8> = [], each: (Piece) -> Void
  ) -> Bool {
    guard bytes.count >= 6, let start = bytes.baseAddress else { return false }
    return withUnsafeTemporaryAllocation(byteCount: Self.pieceLimit, alignment: 16) { memory in
      let payload = memory.baseAddress!.assumingMemoryBound(to: UInt8.self)
      guard let size = COBS.decodePiece(start, count: bytes.count, into: payload), size >= 5,
        UnsafeRawPointer(payload).loadUnaligned(fromByteOffset: size - 4, as: UInt32.self).littleEndian
          == SlicingCRC32.checksum(payload, count: size - 4)
      else { return false }
      if !textBefore.isEmpty { deliverText(Array(textBefore), each: each) }
      each(.frame(UnsafeBufferPointer(start: payload, count: size - 4)))
      return true
    }
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

extension COBS {
  // Blocks are copied whole: what stood between delimiters holds no zero.
  fileprivate static func decodePiece(
    _ input: UnsafePointer<UInt8>, count: Int, into output: UnsafeMutablePointer<UInt8>
  ) -> Int? {
    var read = 0
    var written = 0
    while read < count {
      let code = Int(input[read])
      guard code != 0, read &+ code <= count else { return nil }
      memcpy(output + written, input + read + 1, code &- 1)
      written &+= code &- 1
      read &+= code
      if code < 255 && read < count {
        output[written] = 0
        written &+= 1
      }
    }
    return written
  }
}
