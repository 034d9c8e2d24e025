// The JSON of a report: a head, and a list of functions. Numbers stand as they were written, however long they are.

import TraceModel

struct JSONReport {
  private var text = ""
  private var isFirst = true

  mutating func begin(_ schema: String, unit: String, normalized: Bool, before: String, after: String) {
    text = "{\"schema\":\"\(schema)\",\"version\":1,\"unit\":\(Self.quoted(unit)),\"normalized\":\(normalized),"
    text += "\"before\":\(before),\"after\":\(after),\"functions\":["
  }

  mutating func add(_ name: String, _ fields: [(String, String)]) {
    text += isFirst ? "\n" : ",\n"
    isFirst = false
    text += "{\"name\":\(Self.quoted(name))" + fields.map { ",\"\($0)\":\($1)" }.joined() + "}"
  }

  func end() -> String { text + "\n]}\n" }

  static func quoted(_ text: String) -> String { JSONValue.string(text).line }
}
