// The style sheet of the SVG; the palette's shades follow it. Plain enough for renderers that know little CSS.

enum FlameStyle {
  static func write<E: Error>(_ settings: FlameGraphSVG, to writer: inout SVGWriter<E>) {
    writer.markup("\n.flame{font-family:")
    let font = settings.font.unicodeScalars.filter {
      $0.properties.isAlphabetic || " -0123456789".unicodeScalars.contains($0)
    }
    if !font.isEmpty {
      writer.markup("\"")
      writer.raw(String(String.UnicodeScalarView(font)))
      writer.markup("\",")
    }
    writer.markup("ui-monospace,\"DejaVu Sans Mono\",Menlo,Consolas,monospace;font-size:")
    writer.number(settings.fontSize)
    writer.markup("px}")
    writer.markup(light)
    if settings.theme == .dark { writer.markup(dark) }
    if settings.theme == .auto {
      writer.markup("@media (prefers-color-scheme:dark){")
      writer.markup(dark)
      writer.markup("}\n")
    }
    if settings.theme == .print { writer.markup(".flame .page{fill:#fff}\n.flame text{fill:#000}\n") }
    if let background = settings.background {
      writer.markup(".flame .page{fill:")
      writer.text(background.hexadecimal)
      writer.markup("}\n")
    }
  }

  private static let light: StaticString = #"""

    .flame .page{fill:#fdfcfa}
    .flame text{fill:#1c1b19;white-space:pre}
    .flame .title{font-family:system-ui,"DejaVu Sans",sans-serif;font-size:17px;font-weight:600}
    .flame .subtitle,.flame .scale,.flame .matched{fill:#5d5a55}
    .flame .empty{font-size:14px}
    .flame .frames{user-select:none;-webkit-user-select:none}
    .flame .frames g{cursor:pointer;outline:none}
    .flame .frames text{fill:#000;pointer-events:none}
    .flame .frames g:hover rect{stroke:#1c1b19;stroke-width:1}
    .flame .frames g:focus rect{stroke:#0a58ca;stroke-width:2.5}
    .flame .frames g.above rect{fill-opacity:.55}
    .flame .frames path{cursor:pointer}
    .flame .outline{fill:none;stroke:#1c1b19;pointer-events:none}
    .flame .frames .match{fill:#ea80fc}
    .flame .button{cursor:pointer;fill:#0a58ca}
    .flame .button:hover,.flame .button:focus{text-decoration:underline}
    .flame .matched,.flame .button{text-anchor:end}
    .flame .tip{pointer-events:none}
    .flame .tip rect{fill:#fffdf2;stroke:#8d887f}
    .flame .noise{fill:#d2d0cc}
    .flame .frames g:focus-visible rect{stroke:#0a58ca;stroke-width:2.5}
    .flame .panel{font:12px ui-monospace,"DejaVu Sans Mono",monospace;box-sizing:border-box;height:100%;overflow:auto;padding:8px;color:#1c1b19;background:#fffdf2;border:1px solid #8d887f}
    .flame .panel table{border-collapse:collapse;width:100%}
    .flame .panel td,.flame .panel th{padding:1px 8px;text-align:right;white-space:nowrap}
    .flame .panel td:last-child,.flame .panel th:last-child{text-align:left;width:100%}
    .flame .panel button{font:inherit;color:inherit;background:none;border:0;padding:0;text-align:left;cursor:pointer;text-decoration:underline}
    .flame .field{font:inherit;box-sizing:border-box;width:100%;height:22px;margin:0;color:#1c1b19;background:#fff;border:1px solid #5d5a55}

    """#

  private static let dark: StaticString = #"""

    .flame .page{fill:#17181c}
    .flame text{fill:#e8e6e3}
    .flame .subtitle,.flame .scale,.flame .matched{fill:#a9a69f}
    .flame .frames text{fill:#000}
    .flame .frames g:hover rect,.flame .outline{stroke:#fff}
    .flame .frames g:focus rect{stroke:#7db4ff}
    .flame .frames g.above rect{fill-opacity:.8}
    .flame .button{fill:#8ab8ff}
    .flame .tip rect{fill:#26282e;stroke:#77736b}
    .flame .field{color:#e8e6e3;background:#26282e}
    .flame .noise{fill:#9a9894}
    .flame .panel{color:#e8e6e3;background:#26282e;border-color:#77736b}

    """#
}
