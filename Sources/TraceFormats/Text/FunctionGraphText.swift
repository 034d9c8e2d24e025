// The function_graph tracer, from the trace file or `trace-cmd report`: calls nested by braces, with durations.
//
// A value is a function's own time in nanoseconds: its duration without that of the calls inside. Calls are nested per
// CPU, and the outermost frame is the task where the text tells it. Source: Documentation/trace/ftrace.rst.

import FlameGraph

struct FunctionGraphText {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  private struct Call {
    var node: UInt32
    var inside: UInt64 = 0
  }

  private var profile = Profile()
  private var calls: [UInt64: [Call]] = [:]
  private var tasks: [UInt64: UInt32] = [:]
  private var unfinished = 0

  static func read(_ bytes: Bytes) -> Profile {
    var graph = FunctionGraphText()
    graph.profile.unit = "ns"
    bytes.forEachLine { number, line in graph.take(line, number) }
    let open = graph.calls.values.reduce(0) { $0 + $1.count }
    if open > 0 { graph.profile.facts.append("\(open) calls had not ended") }
    if graph.unfinished > 0 { graph.profile.facts.append("\(graph.unfinished) calls had begun before") }
    return graph.profile
  }

  private mutating func take(_ line: Bytes, _ number: Int) {
    profile.counts.lines = number
    let text = line.trimmed()
    if text.isEmpty || text.first == UInt8(ascii: "#") || text.starts(with: "---") { return }
    if text.starts(with: "cpus=") { return }
    guard let cpu = cpu(text) else {
      return profile.counts.bad(number, "expected 'CPU)  DURATION |  function() {'")
    }
    guard let bar = text.lastRange(of: "|") else {
      if let arrow = text.firstRange(of: "=>") { switchTask(cpu, Bytes(rebasing: text[arrow.upperBound...])) }
      return
    }
    let call = Bytes(rebasing: text[bar.upperBound...]).trimmed()
    step(cpu, call, Self.nanoseconds(text.trimmed(to: bar.lowerBound)), number)
  }

  /// `0)` at the beginning, or trace-cmd's `task-pid [cpu] time:`.
  private mutating func cpu(_ text: Bytes) -> UInt64? {
    if let task = FtraceTask(text) {
      if tasks[task.cpu] == nil || calls[task.cpu]?.isEmpty != false { setTask(task.cpu, task.command) }
      return task.cpu
    }
    guard let close = text.firstIndex(of: UInt8(ascii: ")")) else { return nil }
    return UInt64(decimal: text.trimmed(to: close))
  }

  private mutating func switchTask(_ cpu: UInt64, _ text: Bytes) {
    let name = text.trimmed()
    let end = name.lastIndex(of: UInt8(ascii: "-")) ?? name.count
    unfinished += calls[cpu]?.count ?? 0
    calls[cpu] = []
    setTask(cpu, Bytes(rebasing: name[..<end]))
  }

  private mutating func setTask(_ cpu: UInt64, _ name: Bytes) {
    tasks[cpu] = profile.stacks.child(of: 0, profile.stacks.intern(name))
  }

  private mutating func step(_ cpu: UInt64, _ call: Bytes, _ duration: UInt64?, _ number: Int) {
    if call.first == UInt8(ascii: "}") { return leave(cpu, call, duration, number) }
    guard let parenthesis = call.firstIndex(of: UInt8(ascii: "(")) else { return }  // A comment.
    let parent = calls[cpu]?.last?.node ?? tasks[cpu] ?? 0
    let node = profile.stacks.child(of: parent, profile.stacks.intern(Bytes(rebasing: call[..<parenthesis])))
    if call.ends(with: "{") {
      calls[cpu, default: []].append(Call(node: node))
    } else if let duration {
      count(duration, inside: 0, node, cpu)
    } else {
      profile.counts.bad(number, "expected a duration, as in '0.500 us', before the call")
    }
  }

  private mutating func leave(_ cpu: UInt64, _ call: Bytes, _ duration: UInt64?, _ number: Int) {
    guard let last = calls[cpu]?.popLast() else {
      unfinished += 1
      return
    }
    guard let duration else {
      return profile.counts.bad(number, "expected a duration, as in '0.500 us', before '}'")
    }
    count(duration, inside: last.inside, last.node, cpu)
  }

  private mutating func count(_ duration: UInt64, inside: UInt64, _ node: UInt32, _ cpu: UInt64) {
    profile.counts.stacks += 1
    profile.stacks.add(duration > inside ? duration - inside : 0, to: node)
    if let last = calls[cpu]?.indices.last {
      let sum = calls[cpu]![last].inside.addingReportingOverflow(duration)
      calls[cpu]![last].inside = sum.overflow ? .max : sum.partialValue
    }
  }

  /// The number before the last ` us`; marks such as `+` and `!` may stand before it.
  private static func nanoseconds(_ text: Bytes) -> UInt64? {
    guard let unit = text.lastRange(of: " us") else { return nil }
    var words = Words(Bytes(rebasing: text[..<unit.lowerBound]))
    var last: Bytes?
    while let word = words.next() { last = word }
    // What is read as seconds are microseconds.
    guard let last, let billionths = PerfHeader.nanoseconds(last[...]) else { return nil }
    return billionths / 1_000_000
  }
}
