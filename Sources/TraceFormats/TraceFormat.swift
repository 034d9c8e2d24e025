// The formats that can be read, and a guess from the first bytes.

public enum TraceFormat: String, CaseIterable, Sendable {
  case recording, folded, perf, dtrace, bpftrace, ftrace, chrome, speedscope, pprof
  case functionGraph = "function-graph"

  /// Whether a stack of it is a sample, one of those that chance has picked.
  public var isSampled: Bool { self == .perf }

  /// The format of an input that begins like this; nil when it is like none. An empty input is folded text.
  public static func guess(_ head: [UInt8]) -> TraceFormat? {
    head.withUnsafeBufferPointer { FormatGuess($0).format }
  }
}

private struct FormatGuess {
  typealias Bytes = UnsafeBufferPointer<UInt8>
  let head: Bytes
  /// Without blanks around, the last one left out as it may not be whole; empty ones and comments too.
  let lines: [Bytes]

  init(_ head: Bytes) {
    self.head = head
    var lines = head.split(separator: 0x0a).prefix(400).map { Bytes(rebasing: $0) }
    if lines.count > 1, head.count >= 32 * 1024 { lines.removeLast() }
    self.lines = lines
  }

  var format: TraceFormat? {
    if head.isEmpty { return .folded }
    if isProtobuf { return .pprof }
    if head.contains(0) { return .recording }
    let first = head.trimmedLines.first
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") { return json }
    return text
  }

  /// The sample types of a pprof profile stand first: field 1, a short message of varints.
  private var isProtobuf: Bool { head.count > 4 && head[0] == 0x0a && head[1] < 0x10 && head[2] == 0x08 }

  private var json: TraceFormat? {
    if head.firstRange(of: "speedscope") != nil || head.firstRange(of: "\"shared\"") != nil { return .speedscope }
    if head.firstRange(of: "\"ph\"") != nil || head.firstRange(of: "traceEvents") != nil { return .chrome }
    return nil
  }

  private var text: TraceFormat? {
    if head.firstRange(of: "# tracer: function_graph") != nil { return .functionGraph }
    if head.starts(with: "# tracer:") { return .ftrace }
    let lines = lines.map { $0.trimmed() }.filter { !$0.isEmpty && $0.first != UInt8(ascii: "#") }
    if lines.contains(where: { $0.starts(with: "@[") || $0.starts(with: "@") && $0.firstRange(of: "[") != nil }) {
      return .bpftrace
    }
    if lines.contains(where: { $0.ends(with: "() {") && $0.firstRange(of: "|") != nil }) { return .functionGraph }
    if lines.contains(where: { $0.firstRange(of: "<stack trace") != nil || $0.starts(with: "=> ") }) { return .ftrace }
    if isPerf(lines) { return .perf }
    if isDTrace { return .dtrace }
    return lines.contains { FoldedHead.kind($0) == .line } || lines.isEmpty ? .folded : nil
  }

  private func isPerf(_ lines: [Bytes]) -> Bool {
    let chain = lines.contains { PerfFrame($0).map { !$0.module.isEmpty || $0.address.count >= 8 } ?? false }
    let header = lines.contains {
      $0.last == UInt8(ascii: ":") && PerfHeader($0).event != nil && PerfHeader($0).time != nil
    }
    let single = lines.contains {
      PerfHeader($0).time != nil && PerfHeader($0).event != nil && PerfHeader($0).thread != nil
    }
    return chain || header || single
  }

  /// Frames a line, indented, then a line with nothing but a count.
  private var isDTrace: Bool {
    var frames = 0
    for line in lines {
      let text = line.trimmed()
      if frames > 0, !text.isEmpty, text.allSatisfy({ $0.isDigit }) { return true }
      frames = text.isEmpty ? 0 : line.first?.isBlank == true ? frames + 1 : 0
    }
    return false
  }
}

enum FoldedHead {
  enum Kind { case line, other }
  static func kind(_ line: UnsafeBufferPointer<UInt8>) -> Kind {
    guard let blank = line.lastIndex(where: { $0.isBlank }) else { return .other }
    let word = line[(blank + 1)...]
    return word.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") } && word.contains(where: { $0.isDigit })
      ? .line : .other
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Without blanks and ends of lines before.
  var trimmedLines: Slice<Self> { drop { $0.isBlank || $0 == 0x0a } }
}
