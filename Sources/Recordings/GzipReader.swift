// Unpacks gzip, one or several members after each other, as zlib gives it.

import CZlib

final class GzipReader {
  private var stream = z_stream()
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)
  private var position = 0
  private var count: Int
  private var isMemberDone = false
  private let name: String

  /// `head`: what has been read of the packed bytes.
  init(_ head: [UInt8], _ name: String) throws(ToolError) {
    self.name = name
    input.copyBytes(from: head)
    count = head.count
    guard apus_inflate_begin(&stream) == Z_OK else { throw ToolError(.failure, "\(name): no memory to unpack gzip") }
  }

  deinit {
    inflateEnd(&stream)
    input.deallocate()
  }

  /// At least one byte, or 0 at the end. `more` reads packed bytes.
  func read(
    into output: UnsafeMutableRawBufferPointer, _ more: (UnsafeMutableRawBufferPointer) throws(ToolError) -> Int
  ) throws(ToolError) -> Int {
    while true {
      if position == count {
        count = try more(input)
        position = 0
        guard count > 0 else {
          if isMemberDone { return 0 }
          throw ToolError(.badInput, "\(name): the gzip data end in the middle")
        }
      }
      if isMemberDone {
        // What stands behind the last member, if it is not another, is padding.
        guard input[position] == 0x1f else { return 0 }
        inflateReset(&stream)
        isMemberDone = false
      }
      let written = try step(output)
      if written > 0 { return written }
    }
  }

  private func step(_ output: UnsafeMutableRawBufferPointer) throws(ToolError) -> Int {
    stream.next_in = input.baseAddress!.assumingMemoryBound(to: UInt8.self) + position
    stream.avail_in = UInt32(count - position)
    stream.next_out = output.baseAddress!.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(clamping: output.count)
    let status = inflate(&stream, Z_NO_FLUSH)
    position = count - Int(stream.avail_in)
    isMemberDone = status == Z_STREAM_END
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
      throw ToolError(.badInput, "\(name): the gzip data are damaged")
    }
    return Int(UInt32(clamping: output.count) - stream.avail_out)
  }
}
