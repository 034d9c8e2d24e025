// The file of --nameattr, as flamegraph.pl takes it: a function, then attributes, between tabs.

import FlameGraph
import Recordings

enum NameAttributeFile {
  static func read(_ path: String) throws(ToolError) -> [String: FlameGraphSVG.NameAttributes] {
    let text = try ByteSource(path: path).rest().withBytes { String(decoding: $0, as: UTF8.self) }
    var result: [String: FlameGraphSVG.NameAttributes] = [:]
    for (index, line) in text.split(separator: "\n").enumerated() {
      let fields = line.split(separator: "\t")
      guard fields.count > 1 else {
        throw ToolError(.badInput, "\(path): line \(index + 1): expected 'function<TAB>attribute=value'")
      }
      var attributes = FlameGraphSVG.NameAttributes()
      for field in fields.dropFirst() {
        let parts = field.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else {
          throw ToolError(.badInput, "\(path): line \(index + 1): expected 'attribute=value', not '\(field)'")
        }
        switch parts[0] {
        case "href": attributes.link = String(parts[1])
        case "class": attributes.className = String(parts[1])
        default: KFlame.warn("\(path): line \(index + 1): '\(parts[0])' is not taken; known are href and class")
        }
      }
      result[String(fields[0])] = attributes
    }
    return result
  }
}
