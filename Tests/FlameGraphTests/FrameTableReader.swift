// Reads the table of an SVG as the script does.
import Foundation
import Testing

struct FrameTableReader {
  private(set) var frames: [(name: String, depth: Int, own: UInt64)] = []
  private var text: ArraySlice<UInt8>

  init(_ svg: String) throws {
    let names = try #require(svg.firstMatch(of: /<metadata class="names">([^<]*)</)).1.split(separator: "\n")
    text = svg.matches(of: /<metadata class="table">([^<]*)</).flatMap { Array($0.1.utf8) }[...]
    var depth = 0
    for index in 0..<number() {
      depth += (index == 0 ? 0 : 1) - Int(number())
      let name = names[Int(number())].dropFirst(2)
      frames.append((String(name), depth, number()))
    }
    #expect(text.isEmpty)
  }

  private mutating func number() -> UInt64 {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var value: UInt64 = 0
    for shift in stride(from: 0 as UInt64, through: 60, by: 5) {
      let digit = UInt64(letters.firstIndex(of: text.removeFirst())!)
      value |= (digit & 31) << shift
      if digit < 32 { break }
    }
    return value
  }
}
