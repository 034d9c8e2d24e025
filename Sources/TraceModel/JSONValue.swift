// JSON as a value, written the same way each time: keys in the order given, two spaces a level, no locale.

public enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case integer(UInt64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(String, JSONValue)])

  /// The text, with a line break at its end.
  public var text: String {
    var output = ""
    write(to: &output, indent: "")
    return output + "\n"
  }

  /// The text on one line, without its break.
  public var line: String {
    switch self {
    case .array(let values): return "[" + values.map(\.line).joined(separator: ",") + "]"
    case .object(let members):
      return "{"
        + members.map { name, value in
          var text = ""
          Self.quote(name, into: &text)
          return text + ":" + value.line
        }.joined(separator: ",") + "}"
    default:
      var text = ""
      write(to: &text, indent: "")
      return text
    }
  }

  private func write(to output: inout String, indent: String) {
    switch self {
    case .null: output += "null"
    case .bool(let value): output += value ? "true" : "false"
    case .integer(let value): output += String(value)
    case .number(let value): output += value.isFinite ? Self.rounded(value) : "null"
    case .string(let value): Self.quote(value, into: &output)
    case .array(let values):
      Self.list(values, "[", "]", into: &output, indent) { value, output, indent in
        value.write(to: &output, indent: indent)
      }
    case .object(let members):
      Self.list(members, "{", "}", into: &output, indent) { member, output, indent in
        Self.quote(member.0, into: &output)
        output += ": "
        member.1.write(to: &output, indent: indent)
      }
    }
  }

  private static func list<Element>(
    _ elements: [Element], _ open: String, _ close: String, into output: inout String, _ indent: String,
    _ write: (Element, inout String, String) -> Void
  ) {
    guard !elements.isEmpty else {
      output += open + close
      return
    }
    output += open
    for (index, element) in elements.enumerated() {
      output += (index == 0 ? "\n" : ",\n") + indent + "  "
      write(element, &output, indent + "  ")
    }
    output += "\n" + indent + close
  }

  // Three decimals are a picosecond where the unit is the nanosecond.
  private static func rounded(_ value: Double) -> String {
    let scaled = (value * 1000).rounded() / 1000
    return scaled == scaled.rounded() && abs(scaled) < 1e15 ? String(Int64(scaled)) : String(scaled)
  }

  private static func quote(_ text: String, into output: inout String) {
    output += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\u{0}"..<" ", "\u{7f}":
        let digits = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    output += "\""
  }
}
