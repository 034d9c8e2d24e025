// The kernel's trace file and `trace-cmd report`: events, and stacks behind them as lines of `=> function`.
//
// An event with a stack counts once for that stack; one of the function tracer, `function <-caller`, for caller and
// function; any other for its name. The outermost frame is the task. Source: Documentation/trace/ftrace.rst.

import FlameGraph

struct FtraceText {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  private var builder = StackBuilder()
  private let keepsSamples: Bool
  private var task: FtraceTask?
  /// Of the event that may have a stack behind it: innermost first.
  private var event: [Bytes] = []
  private var stack: [Bytes] = []

  static func read(_ bytes: Bytes, keepsSamples: Bool) -> Profile {
    var text = FtraceText(keepsSamples: keepsSamples)
    bytes.forEachLine { number, line in text.take(line, number) }
    text.end()
    return text.builder.profile
  }

  private init(keepsSamples: Bool) { self.keepsSamples = keepsSamples }

  private mutating func take(_ line: Bytes, _ number: Int) {
    builder.profile.counts.lines = number
    let text = line.trimmed()
    if text.isEmpty || text.first == UInt8(ascii: "#") { return }
    if text.starts(with: "=>") {
      let name = Bytes(rebasing: text[2...]).trimmed()
      stack.append(Self.withoutAddress(name).withoutOffset)
    } else if let task = FtraceTask(text) {
      if task.event.firstRange(of: "<stack trace") != nil {
        if stack.isEmpty, event.isEmpty { self.task = task }
        if !stack.isEmpty { end(); self.task = task }
      } else {
        end()
        (self.task, event) = (task, Self.frames(task.event))
      }
    } else if !text.starts(with: "cpus=") && !text.starts(with: "CPU ") && !text.starts(with: "version") {
      builder.profile.counts.bad(number, "expected an event, 'task-pid [cpu] time: event', or '=> function'")
    }
  }

  private mutating func end() {
    defer { (task, event, stack) = (nil, [], []) }
    guard let task else { return }
    for name in stack.isEmpty ? event : stack { builder.push(name) }
    builder.push(task.command)
    let node = builder.end(value: 1)
    guard keepsSamples else { return }
    let thread = TimedSample.Thread(process: task.pid, thread: task.pid, name: task.command.string)
    builder.profile.samples.append(TimedSample(time: task.time, node: node, value: 1, thread: thread))
  }

  /// `schedule+0x2a (ffffffff81...)`: the address goes.
  private static func withoutAddress(_ name: Bytes) -> Bytes {
    guard name.last == UInt8(ascii: ")"), let parenthesis = name.lastIndex(of: UInt8(ascii: "(")) else { return name }
    return name.trimmed(to: parenthesis)
  }

  /// Innermost first.
  private static func frames(_ event: Bytes) -> [Bytes] {
    if let arrow = event.firstRange(of: "<-") {
      var function = event.trimmed(to: arrow.lowerBound)
      if function.starts(with: "function:") { function = Bytes(rebasing: function[9...]).trimmed() }
      return [function, Bytes(rebasing: event[arrow.upperBound...]).trimmed()]
    }
    let end = event.firstIndex { $0 == UInt8(ascii: ":") || $0.isBlank } ?? event.count
    return [Bytes(rebasing: event[..<end])]
  }
}

/// The beginning of an event's line: `task-pid [cpu] flags time: `.
struct FtraceTask {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  var command: Bytes
  var pid: UInt64
  var cpu: UInt64
  /// Nanoseconds.
  var time: UInt64
  var event: Bytes

  init?(_ line: Bytes) {
    guard let bracket = line.firstRange(of: " ["), let close = line[bracket.upperBound...].firstIndex(of: 0x5d) else {
      return nil
    }
    guard let cpu = UInt64(decimal: Bytes(rebasing: line[bracket.upperBound..<close])) else { return nil }
    self.cpu = cpu
    var name = line.trimmed(to: bracket.lowerBound)
    // With the option record-tgid the group stands in parentheses.
    if name.last == UInt8(ascii: ")"), let group = name.lastIndex(of: UInt8(ascii: "(")) {
      name = name.trimmed(to: group)
    }
    guard let dash = name.lastIndex(of: UInt8(ascii: "-")) else { return nil }
    guard let pid = UInt64(decimal: Bytes(rebasing: name[(dash + 1)...])) else { return nil }
    (command, self.pid) = (Bytes(rebasing: name[..<dash]), pid)
    var words = Words(Bytes(rebasing: line[(close + 1)...]))
    while let word = words.next() {
      guard word.last == UInt8(ascii: ":"), let time = PerfHeader.nanoseconds(word.dropLast()) else { continue }
      self.time = time
      event = Bytes(rebasing: line[(close + 1 + words.offset)...]).trimmed()
      return
    }
    return nil
  }
}
