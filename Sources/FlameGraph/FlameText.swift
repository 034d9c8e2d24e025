// The tree of calls as text: share, value, own value, and the name, indented by its depth.

public struct FlameText {
  private let layout: FlameLayout
  private let unit: String
  /// Deeper frames are not indented any further, so that a line stays one.
  private static let deepest = 60

  public init(_ layout: FlameLayout, unit: String) {
    self.layout = layout
    self.unit = unit
  }

  /// Hands the text out in chunks.
  public func write<E: Error>(_ write: ([UInt8]) throws(E) -> Void) throws(E) {
    guard layout.total > 0 else { return }
    let width = max(5, amount(layout.total).count)
    let ownWidth = max(3, amount(layout.total).count)
    var text = "\(pad("SHARE", 8))  \(pad("TOTAL", width))  \(pad("OWN", ownWidth))  FUNCTION (\(unit))\n"
    for (index, frame) in layout.frames.enumerated() where frame.name != layout.gap {
      let indent = String(repeating: "  ", count: min(Int(frame.depth), Self.deepest))
      let share = Quantity.percent(frame.width, of: layout.total)
      text += "\(pad(share, 8))  \(pad(amount(frame.width), width))  \(pad(amount(layout.own(of: index)), ownWidth))  "
      text += indent + Self.printable(layout.name(of: frame)) + "\n"
      guard text.utf8.count > 64 * 1024 else { continue }
      try write(Array(text.utf8))
      text = ""
    }
    try write(Array(text.utf8))
  }

  private func amount(_ value: UInt64) -> String {
    Quantity.grouped(UInt128(value) << UInt128(layout.droppedBits), layout.decimals)
  }

  private func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private static func printable(_ name: String) -> String {
    String(
      String.UnicodeScalarView(name.unicodeScalars.map { $0.value < 0x20 ? Unicode.Scalar(0x2400 + $0.value)! : $0 }))
  }
}
