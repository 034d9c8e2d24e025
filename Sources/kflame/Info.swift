// `kflame info`: what an input is, before anybody draws it.

import ArgumentParser
import FlameGraph
import Recordings
import TraceFormats

struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Say what an input is: format, unit, how much of what, and what was left out.")

  @OptionGroup var input: InputOptions
  @Flag(help: "As JSON, for programs.") var json = false

  func run() {
    KFlame.ending { () throws(ToolError) in
      let source = try ByteSource(path: input.inputs[0])
      let format = try InputReader.format(of: source, input.from)
      let (profile, _) = try InputReader(options: input, keepsSamples: true).read(source)
      let facts = InfoFacts(format: format, profile: profile)
      try ByteOutput(path: nil).write(Array((json ? facts.json : facts.text).utf8))
    }
  }
}

/// What is told, in the order in which it is told.
struct InfoFacts {
  let format: TraceFormat
  let profile: Profile

  private var rows: [(key: String, label: String, value: Value)] {
    let stacks = profile.stacks
    var distinct: UInt64 = 0
    var deepest = 0
    stacks.forEachStack { _, frames, _ in
      distinct += 1
      deepest = max(deepest, frames.count)
    }
    var rows: [(String, String, Value)] = [
      ("format", "format", .text(format.rawValue)), ("unit", "unit", .text(profile.unit)),
      ("total", "total", .number(FlameDiff.text(stacks.sum, decimals: stacks.decimals))),
      ("stacks", "distinct stacks", .number("\(distinct)")),
      ("frames", "merged frames", .number("\(stacks.nodeCount)")),
      ("names", "names", .number("\(stacks.nameCount)")), ("deepest", "deepest stack", .number("\(deepest)")),
    ]
    if let first = profile.samples.map(\.time).min(), let last = profile.samples.map({ $0.time }).max() {
      rows.append(("samples", "samples with time", .number("\(profile.samples.count)")))
      rows.append(("nanoseconds", "ns from first to last", .number("\(last - first)")))
      rows.append(("threads", "threads", .number("\(Set(profile.samples.map(\.thread)).count)")))
    }
    rows.append(("badLines", "bad lines", .number("\(profile.counts.badLineCount)")))
    rows += profile.facts.filter { !$0.isEmpty }.map { ("facts", "", .text($0)) }
    return rows
  }

  private enum Value {
    case text(String), number(String)

    var plain: String {
      switch self {
      case .text(let text), .number(let text): FoldedName.printable(text)
      }
    }
  }

  var text: String {
    let width = rows.map(\.label.count).max() ?? 0
    return rows.map { row in
      row.label + String(repeating: " ", count: width + 2 - row.label.count) + row.value.plain + "\n"
    }.joined()
  }

  var json: String {
    var fields: [String] = ["\"schema\":\"kflame-info\"", "\"version\":1"]
    for row in rows where row.key != "facts" {
      switch row.value {
      case .text(let text): fields.append("\"\(row.key)\":\(JSONReport.quoted(text))")
      case .number(let number): fields.append("\"\(row.key)\":\(number)")
      }
    }
    let facts = profile.facts.filter { !$0.isEmpty }.map(JSONReport.quoted)
    return "{\(fields.joined(separator: ",")),\"facts\":[\(facts.joined(separator: ","))]}\n"
  }
}
