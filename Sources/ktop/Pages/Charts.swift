// Small pictures of numbers in text: spark lines, bars, curves, heat maps. With Unicode in eighths and dots, else in
// ASCII.

enum Charts {
  private static let eighths = Array(" ▁▂▃▄▅▆▇█")
  private static let levels = Array(" .:-=+*#@")
  private static let heat = Array(" .:-=+*#")

  /// One character a value, the largest full height.
  static func spark(_ values: [UInt64], isUnicode: Bool) -> String {
    let top = values.max() ?? 0
    guard top > 0 else { return String(repeating: " ", count: values.count) }
    let steps = isUnicode ? eighths : levels
    return String(
      values.map { value in
        value == 0 ? steps[0] : steps[max(1, Int((Double(value) / Double(top) * 8).rounded()))]
      })
  }

  /// A bar of `share` (0 to 1) of `width` cells.
  static func bar(_ share: Double, width: Int, isUnicode: Bool) -> String {
    let cells = max(0, min(1, share.isFinite ? share : 0)) * Double(width)
    guard isUnicode else { return String(repeating: "#", count: Int(cells.rounded())).padded(to: width) }
    let full = Int(cells)
    let partial = Array(" ▏▎▍▌▋▊▉")[Int((cells - Double(full)) * 8)]
    let text = String(repeating: "█", count: full) + (full < width && partial != " " ? String(partial) : "")
    return (text.isEmpty && share > 0 ? "▏" : text).padded(to: width)
  }

  /// A cell of a heat map: a ground where there are colours, a denser character for who sees none.
  static func heatCell(_ part: UInt64, of whole: UInt64) -> Document.Part {
    let paint = Paint.heat(part, of: whole)
    guard case .heat(let level) = paint else { return Document.Part(text: " ") }
    return Document.Part(text: String(heat[level]), style: .fill(paint))
  }

  /// A curve of `values` (0 to `top`), two values a cell in Braille dots, or one a cell in ASCII; the top line first.
  static func curve(_ values: [Double], top: Double, height: Int, isUnicode: Bool) -> [String] {
    isUnicode ? braille(values, top: top, height: height) : columns(values, top: top, height: height)
  }

  /// Values that `curve` wants for a width.
  static func curveCount(width: Int, isUnicode: Bool) -> Int { isUnicode ? width * 2 : width }

  private static func columns(_ values: [Double], top: Double, height: Int) -> [String] {
    (0..<height).map { line in
      let floor = Double(height - 1 - line)
      return String(
        values.map { value in
          let filled = top > 0 ? value / top * Double(height) - floor : 0
          return filled <= 0.05 ? " " : filled >= 0.75 ? "#" : filled >= 0.4 ? "=" : "_"
        })
    }
  }

  // Dots of a Braille cell by column and row from the bottom.
  private static let dots: [[UInt32]] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]]

  private static func braille(_ values: [Double], top: Double, height: Int) -> [String] {
    let heights = values.map { value -> Int in
      guard top > 0, value > 0 else { return 0 }
      return max(1, min(height * 4, Int((value / top * Double(height * 4)).rounded())))
    }
    return (0..<height).map { line in
      let base = (height - 1 - line) * 4
      return String(
        stride(from: 0, to: heights.count, by: 2).map { index in
          var bits: UInt32 = 0
          for side in 0..<2 where index + side < heights.count {
            for dot in 0..<4 where heights[index + side] > base + dot { bits |= dots[side][dot] }
          }
          return Character(UnicodeScalar(0x2800 + bits) ?? " ")
        })
    }
  }
}
