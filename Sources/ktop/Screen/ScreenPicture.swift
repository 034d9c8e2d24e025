// A screen as a picture: text that can be selected, on grounds of the theme's colours.

struct ScreenPicture {
  private let screen: MemoryScreen
  private let theme: Theme
  private let title: String
  private static let (cellWidth, lineHeight, margin) = (8.4, 18.0, 12.0)

  init(_ screen: MemoryScreen, theme: Theme, title: String) {
    self.screen = screen
    self.theme = theme
    self.title = title
  }

  var svg: String {
    let width = number(Double(screen.columns) * Self.cellWidth + 2 * Self.margin)
    let height = number(Double(screen.rows) * Self.lineHeight + 2 * Self.margin)
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
        + "viewBox=\"0 0 \(width) \(height)\" role=\"img\" aria-label=\"\(escape(title))\">",
      "<title>\(escape(title))</title>",
      "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"\(page.background)\"/>",
      "<g font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\" xml:space=\"preserve\">",
    ]
    for row in 0..<screen.rows { lines += runs(row).flatMap { draw($0, row: row) } }
    return (lines + ["</g>", "</svg>"]).joined(separator: "\n") + "\n"
  }

  private struct Run {
    var column: Int
    var text: String
    var cells: Int
    var style: Style
  }

  // Cells of one style that stand beside each other.
  private func runs(_ row: Int) -> [Run] {
    var runs: [Run] = []
    for (column, cell) in screen.cells[row].enumerated() {
      let text = cell.character.map { String($0) } ?? ""
      if let last = runs.last, last.style == cell.style, last.column + last.cells == column {
        runs[runs.count - 1].text += text
        runs[runs.count - 1].cells += 1
      } else {
        runs.append(Run(column: column, text: text, cells: 1, style: cell.style))
      }
    }
    return runs
  }

  private var page: (foreground: String, background: String) {
    (theme.page.foreground?.hexadecimal ?? "#e6edf3", theme.page.background?.hexadecimal ?? "#101418")
  }

  private func draw(_ run: Run, row: Int) -> [String] {
    let look = theme.look(of: run.style)
    let x = Self.margin + Double(run.column) * Self.cellWidth
    let y = Self.margin + Double(row) * Self.lineHeight
    var lines: [String] = []
    if let background = look.background {
      let width = number(Double(run.cells) * Self.cellWidth)
      lines.append(
        "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(width)\" height=\"\(number(Self.lineHeight))\" "
          + "fill=\"\(background.hexadecimal)\"/>")
    }
    let leading = run.text.prefix { $0 == " " }.count
    let text = run.text.trimmed
    guard !text.isEmpty else { return lines }
    var attributes = "fill=\"\(look.foreground?.hexadecimal ?? page.foreground)\""
    if look.isBold { attributes += " font-weight=\"bold\"" }
    if look.isDim { attributes += " opacity=\"0.6\"" }
    let start = number(x + Double(leading) * Self.cellWidth)
    let length = number(Double(CellText.width(text)) * Self.cellWidth)
    lines.append(
      "<text x=\"\(start)\" y=\"\(number(y + 13.5))\" textLength=\"\(length)\" \(attributes)>\(escape(text))</text>")
    return lines
  }

  private func number(_ value: Double) -> String { Format.decimals(value, 1) }

  private func escape(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }
}
