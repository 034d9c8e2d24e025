// A flame graph as one SVG file: a good still picture without script, and with it search, zoom and keys.
//
// The file needs nothing from outside. Its picture holds the frames that are wide enough to be seen; a table holds all
// of them, and the script draws from it what a zoom makes visible. The same stacks and settings give the same bytes.

public struct FlameGraphSVG: Sendable {
  public enum Theme: String, Sendable, CaseIterable {
    /// As the reader's system is.
    case auto
    case light, dark
    /// White, for paper.
    case print
  }

  /// What one name gets besides its colour.
  public struct NameAttributes: Sendable {
    /// Where a click with Ctrl, or the still picture, leads; only http, https and relative addresses are written.
    public var link: String?
    /// A class for style sheets around the picture.
    public var className: String?
    public init(link: String? = nil, className: String? = nil) { (self.link, self.className) = (link, className) }
  }

  public var title: String
  /// What people must know to read the picture: where the data come from, how long, what was lost. May be empty.
  public var subtitle = ""
  /// What a frame's width means, as in "on-CPU ns". Of a unit that ends in "ns" times are also shown in s, ms or µs.
  public var unit: String
  /// Stands before a name in the tip, as in "Function:".
  public var nameType = ""
  /// A remark that the picture keeps and does not show.
  public var notes = ""
  /// Pixels; nil: 1200 in the still picture, and with the script all the window has.
  public var width: Int?
  /// Pixels from one level to the next.
  public var rowHeight = 17
  public var fontSize = 12
  /// Before those that are tried otherwise; letters should have one width.
  public var font = ""
  /// Frames narrower than this many pixels are not drawn; on zoom they come back.
  public var minimumWidth = 0.4
  /// The same as a part of the whole; the larger of the two counts.
  public var minimumShare = 0.0
  /// Root on top, as icicles hang, and not at the bottom.
  public var isInverted = false
  public var palette = FlamePalette.all[0]
  /// Blue is more, in a differential picture.
  public var isNegated = false
  public var theme = Theme.auto
  /// The page, in place of the theme's.
  public var background: FlamePalette.Color?
  public var attributes: [String: NameAttributes] = [:]
  /// Written in place of the frames when there are none.
  public var emptyMessage = "No stacks: nothing to show."

  public static let defaultWidth = 1200
  public static let widthRange = 200...32_000
  public static let rowRange = 8...100
  public static let fontRange = 4...64

  public init(title: String = "Flame graph", unit: String = "samples") {
    self.title = title
    self.unit = unit
  }

  /// The SVG in one piece.
  public func render(_ stacks: FoldedStacks) -> String { render(FlameLayout(stacks)) }

  public func render(_ layout: FlameLayout) -> String {
    var bytes: [UInt8] = []
    render(layout) { bytes.append(contentsOf: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Hands the SVG out in chunks.
  public func render<E: Error>(_ stacks: FoldedStacks, to write: ([UInt8]) throws(E) -> Void) throws(E) {
    try render(FlameLayout(stacks), to: write)
  }

  /// Hands the SVG out in chunks.
  public func render<E: Error>(_ layout: FlameLayout, to write: ([UInt8]) throws(E) -> Void) throws(E) {
    try SinkStopped.draw(write) { writer throws(SinkStopped) in
      try FlamePicture(settings: self, layout: layout).write(to: &writer)
    }
  }
}
