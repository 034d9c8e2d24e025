// Names of Swift's functions, as its own runtime reads them.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

public enum SwiftName {
  /// The name as in the source, with all types; any other name as it is.
  public static func demangled(_ name: String) -> String {
    guard isMangled(name) else { return name }
    var bytes = Array(name.utf8CString)
    let text = bytes.withUnsafeMutableBufferPointer { bytes in
      bytes.baseAddress.flatMap { demangle($0, bytes.count - 1, nil, nil, 0) }
    }
    guard let text else { return name }
    defer { free(text) }
    return String(cString: text)
  }

  /// What fits into a frame of a flame graph: types and function, without modules, arguments, and what the optimizer
  /// made of it. `Pipe.read`, `closure in FileTable.close`.
  public static func short(_ name: String) -> String {
    guard isMangled(name) else { return name }
    let full = demangled(name)
    guard full != name else { return name }
    var text = Substring(full)
    while let range = text.firstRange(of: " of "), !text[..<range.lowerBound].contains("(") || isWrapping(text) {
      text = text[range.upperBound...]
    }
    for thunk in ["reabstraction thunk", "one-time initialization"] where text.hasPrefix(thunk) { return thunk }
    var prefix = ""
    if text.hasPrefix("$defer #"), let range = text.firstRange(of: " in ") {
      prefix = "defer in "
      text = text[range.upperBound...]
    }
    while text.hasPrefix("closure #") || text.hasPrefix("implicit closure #"), let range = text.firstRange(of: " in ") {
      prefix = "closure in "
      text = text[range.upperBound...]
    }
    if text.hasPrefix("(extension in "), let range = text.firstRange(of: "):") { text = text[range.upperBound...] }
    for word in ["static ", "class "] where text.hasPrefix(word) { text = text.dropFirst(word.count) }
    return prefix + withoutModule(withoutArguments(text))
  }

  private static func isMangled(_ name: String) -> Bool {
    ["$s", "_$s", "$S", "_$S", "$e", "_$e"].contains(where: name.hasPrefix)
  }

  private static func isWrapping(_ text: Substring) -> Bool {
    [
      "generic specialization", "function signature specialization", "merged ", "partial apply", "outlined ",
      "generic ", "partial ",
    ]
    .contains(where: text.hasPrefix)
  }

  // `(name in _HASH)` stands for a private name; what follows the name in brackets of either kind is argument or type.
  private static func withoutArguments(_ text: Substring) -> String {
    var result = ""
    var rest = text
    while let next = rest.first {
      if next == "(", let end = rest.firstIndex(of: ")"), let name = privateName(rest[..<end].dropFirst()) {
        result += name
        rest = rest[rest.index(after: end)...]
      } else if next == "(" || next == " " {
        return result
      } else if next == "<", let end = matching(rest) {
        rest = rest[end...]
      } else {
        result.append(next)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  private static func privateName(_ text: Substring) -> Substring? {
    guard let range = text.firstRange(of: " in _") else { return nil }
    let name = text[..<range.lowerBound]
    return name.contains(where: { "(: ".contains($0) }) ? nil : name
  }

  private static func matching(_ text: Substring) -> Substring.Index? {
    var depth = 0
    for index in text.indices {
      if text[index] == "<" { depth += 1 }
      if text[index] == ">" {
        depth -= 1
        if depth == 0 { return text.index(after: index) }
      }
    }
    return nil
  }

  private static func withoutModule(_ text: String) -> String {
    guard let dot = text.firstIndex(of: "."), text.index(after: dot) < text.endIndex else { return text }
    return String(text[text.index(after: dot)...])
  }

  @_silgen_name("swift_demangle")
  private static func demangle(
    _ name: UnsafePointer<CChar>, _ length: Int, _ output: UnsafeMutablePointer<CChar>?,
    _ size: UnsafeMutablePointer<Int>?,
    _ flags: UInt32
  ) -> UnsafeMutablePointer<CChar>?
}
