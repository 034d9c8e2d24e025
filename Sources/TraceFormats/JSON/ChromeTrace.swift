// Chrome's trace events: spans that begin and end, nested per thread. A value is a span's own time in nanoseconds.
//
// Read are events of the phases X, B and E, and the names of threads and processes; others are counted and left out.
// The file may be an object or a bare array, whose end may be missing, as the format allows. Source: Trace Event Format.

import FlameGraph

struct ChromeTrace {
  private struct Document: Decodable { var traceEvents: [Event] }
  private struct Arguments: Decodable { var name: String? }

  fileprivate struct Event: Decodable {
    var ph: String
    var name: String?
    var ts: LooseNumber?
    var dur: LooseNumber?
    var pid: Identifier?
    var tid: Identifier?
    var args: Label?
  }

  /// A number, or any text.
  fileprivate struct Identifier: Decodable, Hashable {
    var text: String
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      text = try (try? container.decode(Int64.self)).map(String.init) ?? container.decode(String.self)
    }
  }

  /// Arguments of an event: of interest is the name, if there is one.
  fileprivate struct Label: Decodable {
    private enum Keys: CodingKey { case name }
    var name: String?
    init(from decoder: any Decoder) throws {
      name = try? decoder.container(keyedBy: Keys.self).decode(String.self, forKey: .name)
    }
  }

  static func read(_ bytes: UnsafeBufferPointer<UInt8>, keepsSamples: Bool) throws(FormatError) -> Profile {
    let events = try events(bytes)
    var nester = SpanNester(keepsSamples: keepsSamples)
    var labels: [String: String] = [:]
    for event in events where event.ph == "M" {
      if event.name == "thread_name", let name = event.args?.name { labels[thread(event)] = name }
    }
    var others = 0
    for (index, event) in events.enumerated() {
      switch event.ph {
      case "X", "B", "E":
        add(event, index, labels[thread(event)], &nester)
      case "M": break
      default: others += 1
      }
    }
    var profile = nester.finish()
    profile.unit = "ns"
    if others > 0 { profile.facts.append("\(others) events of other kinds left out") }
    return profile
  }

  private static func thread(_ event: Event) -> String { "\(event.pid?.text ?? "")/\(event.tid?.text ?? "")" }

  private static func add(_ event: Event, _ index: Int, _ label: String?, _ nester: inout SpanNester) {
    guard let start = event.ts?.scaled(1000) else {
      return nester.bad("event \(index + 1): expected 'ts' of 0 or more")
    }
    let thread = nester.thread(thread(event), label)
    switch event.ph {
    case "X":
      guard let length = (event.dur?.scaled(1000)) ?? (event.dur == nil ? 0 : nil) else {
        return nester.bad("event \(index + 1): expected 'dur' of 0 or more")
      }
      nester.span(thread, event.name ?? "", start, start.addingReportingOverflow(length).partialValue)
    case "B": nester.begin(thread, event.name ?? "", start)
    default: nester.end(thread, start)
    }
  }

  private static func events(_ bytes: UnsafeBufferPointer<UInt8>) throws(FormatError) -> [Event] {
    guard bytes.trimmedLines.first == UInt8(ascii: "[") else {
      return try JSONInput.decode(Document.self, bytes, "a Chrome trace").traceEvents
    }
    do throws(FormatError) {
      return try JSONInput.decode([Event].self, bytes, "a Chrome trace")
    } catch {
      // The end of a bare array is optional.
      var closed = Array(bytes)
      while let last = closed.last, last.isBlank || last == 0x0a || last == UInt8(ascii: ",") { closed.removeLast() }
      closed.append(UInt8(ascii: "]"))
      if let events = try? closed.withUnsafeBufferPointer({ try JSONInput.decode([Event].self, $0, "") }) {
        return events
      }
      throw error
    }
  }
}
