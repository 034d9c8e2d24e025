// How a picture looks: the flags of flamegraph.pl and inferno, under their names.

import ArgumentParser
import FlameGraph
import Recordings

struct PictureOptions: ParsableArguments {
  @Option(help: "The title.") var title: String?
  @Option(help: "Text before the facts about the data, below the title.") var subtitle: String?
  @Option(help: "A remark that the file keeps and does not show.") var notes: String?
  @Option(help: ArgumentHelp("Pixels; default: 1200, and all of the window in a browser.", valueName: "PX")) var width:
    Int?
  @Option(help: ArgumentHelp("Height of a frame.", valueName: "PX")) var height = 16
  @Option(
    help: ArgumentHelp("Frames narrower than this, '0.4' pixels or '0.1%', come only with zoom.", valueName: "PX|N%"))
  var minwidth = "0.4"
  @Option(help: ArgumentHelp("Font; letters should have one width.", valueName: "NAME")) var fonttype: String?
  @Option(help: ArgumentHelp("Size of letters.", valueName: "PX")) var fontsize = 12
  @Option(help: ArgumentHelp("What a value counts.", valueName: "UNIT")) var countname: String?
  @Option(help: ArgumentHelp("Stands before names in tips.", valueName: "TEXT")) var nametype: String?
  @Option(help: ArgumentHelp("Palette: \(FlamePalette.all.map(\.name).joined(separator: ", ")).", valueName: "NAME"))
  var colors: String?
  @Option(help: ArgumentHelp("The page: yellow, blue, green, grey or #rrggbb.", valueName: "COLOR")) var bgcolors:
    String?
  @Option(help: ArgumentHelp("auto, light, dark or print.", valueName: "THEME")) var theme = FlameGraphSVG.Theme.auto
  @Option(
    help: ArgumentHelp(
      "Lines 'function<TAB>href=URL<TAB>class=NAME' give functions links and classes.", valueName: "FILE"))
  var nameattr: String?
  @Option(help: ArgumentHelp("Taken and without effect: letters are measured.", valueName: "N")) var fontwidth: String?
  @Option(help: ArgumentHelp("Taken and without effect: files are UTF-8.", valueName: "NAME")) var encoding: String?
  @Flag(help: "Root on top: icicles.") var inverted = false
  @Flag(help: "Taken and without effect: colours always go by name.") var hash = false
  @Flag(help: "Taken and without effect: a name has its colour in every graph.") var cp = false
  @Flag(help: "Taken and without effect: colours go by name.") var random = false
  @Flag(help: "Taken and without effect: the same input gives the same bytes.") var deterministic = false

  static let pages: [String: FlamePalette.Color] = [
    "yellow": .init(red: 248, green: 243, blue: 214), "blue": .init(red: 224, green: 232, blue: 250),
    "green": .init(red: 226, green: 243, blue: 224), "grey": .init(red: 240, green: 240, blue: 240),
  ]

  func validate() throws {
    let (widths, rows, fonts) = (FlameGraphSVG.widthRange, FlameGraphSVG.rowRange, FlameGraphSVG.fontRange)
    if let width, !widths.contains(width) { throw ValidationError("--width takes 200 to 32000") }
    if !rows.contains(height + 1) { throw ValidationError("--height takes 7 to 99") }
    if !fonts.contains(fontsize) { throw ValidationError("--fontsize takes 4 to 64") }
    if Self.minimum(minwidth) == nil { throw ValidationError("--minwidth takes 0 to 1000 pixels, or 0% to 100%") }
    if let colors, FlamePalette.named(colors) == nil {
      throw ValidationError("--colors takes one of \(FlamePalette.all.map(\.name).joined(separator: ", "))")
    }
    if let bgcolors, Self.page(bgcolors) == nil {
      throw ValidationError("--bgcolors takes yellow, blue, green, grey or #rrggbb")
    }
  }

  func apply(to settings: inout FlameGraphSVG) throws(ToolError) {
    if let title { settings.title = title }
    if let subtitle { settings.subtitle = settings.subtitle.isEmpty ? subtitle : "\(subtitle) · \(settings.subtitle)" }
    if let notes { settings.notes = notes }
    if let countname { settings.unit = countname }
    if let nametype { settings.nameType = nametype }
    if let palette = colors.flatMap(FlamePalette.named) { settings.palette = palette }
    if let fonttype { settings.font = fonttype }
    if let nameattr { settings.attributes = try NameAttributeFile.read(nameattr) }
    (settings.width, settings.rowHeight, settings.fontSize) = (width, height + 1, fontsize)
    let minimum = Self.minimum(minwidth) ?? (0.4, 0)
    (settings.minimumWidth, settings.minimumShare) = minimum
    (settings.isInverted, settings.theme, settings.background) = (inverted, theme, bgcolors.flatMap(Self.page))
  }

  /// Pixels and share; one of them is 0.
  static func minimum(_ text: String) -> (Double, Double)? {
    if text.hasSuffix("%"), let share = Double(text.dropLast()), (0...100).contains(share) { return (0, share / 100) }
    guard let pixels = Double(text), (0...1000).contains(pixels) else { return nil }
    return (pixels, 0)
  }

  static func page(_ text: String) -> FlamePalette.Color? {
    if let named = pages[text] { return named }
    guard text.count == 7, text.first == "#", let number = UInt32(text.dropFirst(), radix: 16) else { return nil }
    return .init(
      red: UInt8(number >> 16), green: UInt8(truncatingIfNeeded: number >> 8), blue: UInt8(truncatingIfNeeded: number))
  }
}

extension FlameGraphSVG.Theme: ExpressibleByArgument {}
