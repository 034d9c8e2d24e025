// Maps of bpftrace whose keys are stacks: `@[`, frames innermost first, `]: COUNT`; other keys stand between commas.
//
// Keys that are no stack, as in `@[kstack, comm]`, become the outermost frames. Source: bpftrace's reference guide, kstack.

import FlameGraph

enum BPFTraceText {
  static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Profile {
    var builder = StackBuilder()
    var isOpen = false
    bytes.forEachLine { number, line in
      builder.profile.counts.lines = number
      var text = line.trimmed()
      if text.isEmpty { return }
      if !isOpen {
        guard text.first == UInt8(ascii: "@"), let bracket = text.firstIndex(of: UInt8(ascii: "[")) else { return }
        isOpen = true
        text = UnsafeBufferPointer(rebasing: text[(bracket + 1)...]).trimmed()
        if text.isEmpty { return }
      }
      isOpen = !take(text, number, &builder)
    }
    if isOpen { builder.profile.counts.bad(builder.profile.counts.lines, "expected ']: COUNT' behind the stack") }
    return builder.profile
  }

  /// Whether this was the last line of a map's entry.
  private static func take(_ line: UnsafeBufferPointer<UInt8>, _ number: Int, _ builder: inout StackBuilder) -> Bool {
    guard let close = line.lastRange(of: "]:") else {
      push(line, &builder)
      return false
    }
    let word = UnsafeBufferPointer(rebasing: line[close.upperBound...]).trimmed()
    guard let value = UInt64(decimal: word) else {
      builder.drop()
      builder.profile.counts.bad(number, "expected a count behind ']:'")
      return true
    }
    push(UnsafeBufferPointer(rebasing: line[..<close.lowerBound]), &builder)
    builder.end(value: value)
    return true
  }

  private static func push(_ text: UnsafeBufferPointer<UInt8>, _ builder: inout StackBuilder) {
    for part in text.split(separator: UInt8(ascii: ",")) {
      let name = UnsafeBufferPointer(rebasing: part).trimmed().withoutOffset
      if !name.isEmpty { builder.push(name) }
    }
  }
}
