// Stacks as DTrace's aggregations print them: frames a line, innermost first, then a line with the count.
//
// A frame is `module`function+0xoffset`; the offset goes, the module stays, as stackcollapse.pl and inferno have it.
// Source: dtrace(1), the actions stack() and ustack().

import FlameGraph

enum DTraceText {
  static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Profile {
    var builder = StackBuilder()
    bytes.forEachLine { number, line in
      builder.profile.counts.lines = number
      let text = line.trimmed()
      if text.isEmpty { return }
      if text.allSatisfy({ $0.isDigit }) {
        end(text, number, &builder)
      } else if line.first?.isBlank == true {
        builder.push(name(text))
      } else {
        // What DTrace says of itself stands at the margin.
        builder.drop()
      }
    }
    if !builder.isEmpty { builder.profile.counts.bad(builder.profile.counts.lines, "expected a count below the stack") }
    return builder.profile
  }

  private static func end(_ text: UnsafeBufferPointer<UInt8>, _ number: Int, _ builder: inout StackBuilder) {
    guard let value = UInt64(decimal: text) else {
      builder.profile.counts.bad(number, "expected a count up to 2^64 - 1")
      return builder.drop()
    }
    guard !builder.isEmpty else { return builder.profile.counts.bad(number, "expected frames above the count") }
    builder.end(value: value)
  }

  private static func name(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    let name = text.withoutOffset
    guard let parenthesis = name.firstIndex(of: UInt8(ascii: "(")), parenthesis > 0 else { return name }
    return UnsafeBufferPointer(rebasing: name[..<parenthesis])
  }
}
