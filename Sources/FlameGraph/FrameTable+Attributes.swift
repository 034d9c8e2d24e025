// Links and classes of names, as far as they are harmless.

extension FrameTable {
  /// A line for each name that has any: its number, its class, its link, between tabs.
  func writeAttributes<E: Error>(to writer: inout SVGWriter<E>) throws(E) {
    guard !attributes.isEmpty else { return }
    writer.markup("<metadata class=\"attributes\">")
    for (number, id) in ids.enumerated() {
      guard let attributes = attributes[layout.names.string(id)] else { continue }
      writer.number(number)
      writer.byte(0x09)
      writer.text(Self.word(attributes.className ?? ""))
      writer.byte(0x09)
      writer.text(Self.safe(attributes.link) ?? "")
      writer.byte(0x0a)
      try writer.flush()
    }
    writer.markup("</metadata>\n")
  }

  /// A link that can run no script: http, https, or relative.
  static func safe(_ link: String?) -> String? {
    guard let link, !link.isEmpty, link.unicodeScalars.allSatisfy({ $0.value > 0x20 }) else { return nil }
    let scheme = link.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard let colon = scheme.firstIndex(of: ":") else { return link }
    return ["http", "https"].contains(scheme[..<colon].lowercased()) ? link : nil
  }

  private static func word(_ name: String) -> String {
    String(
      name.unicodeScalars.filter {
        $0.isASCII && ($0.properties.isAlphabetic || $0 == "-" || $0 == "_" || ("0"..."9").contains($0))
      }.map(Character.init))
  }
}
