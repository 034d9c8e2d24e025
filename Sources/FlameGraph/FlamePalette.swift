// Colours of frames: ramps of 32 shades between two ends, and a rule that gives each name a ramp. A name always has the
// same shade, in every graph of the palette.
//
// All shades are light enough for black letters to keep a contrast of 4.5 to 1, on light and dark pages alike.

public struct FlamePalette: Sendable, Equatable {
  public struct Color: Sendable, Equatable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    public init(red: UInt8, green: UInt8, blue: UInt8) { (self.red, self.green, self.blue) = (red, green, blue) }
  }

  struct Ramp: Sendable, Equatable {
    var low: Color
    var high: Color
  }

  /// Which ramp a name gets, by what kinds of programs write into names.
  enum Rule: Sendable, Equatable {
    case one, java, js, perl, python, rust, chain
  }

  public let name: String
  let ramps: [Ramp]
  private let rule: Rule

  public static let shadesPerRamp = 32
  /// Shades of all ramps are numbered through.
  public var shadeCount: Int { ramps.count * Self.shadesPerRamp }

  /// All palettes, the default first.
  public static let all = [
    FlamePalette("hot", [hot]), FlamePalette("mem", [mem]), FlamePalette("io", [io]), FlamePalette("wakeup", [aqua]),
    FlamePalette("chain", [blue, aqua], .chain), FlamePalette("java", languages, .java),
    FlamePalette("js", languages, .js), FlamePalette("perl", languages, .perl),
    FlamePalette("python", languages, .python), FlamePalette("rust", languages, .rust), FlamePalette("red", [red]),
    FlamePalette("green", [green]), FlamePalette("blue", [blue]), FlamePalette("aqua", [aqua]),
    FlamePalette("yellow", [yellow]), FlamePalette("purple", [purple]), FlamePalette("orange", [orange]),
    FlamePalette("grey", [ramp((150, 150, 150), (215, 215, 215))]),
  ]

  public static func named(_ name: String) -> FlamePalette? { all.first { $0.name == name } }

  /// Less, from strong to weak, then more, from weak to strong: blue and orange, which all eyes tell apart.
  static let difference = FlamePalette(
    "difference", [ramp((95, 150, 235), (225, 232, 245)), ramp((250, 232, 210), (240, 140, 40))])

  private static let hot = ramp((225, 95, 40), (255, 225, 90))
  private static let mem = ramp((70, 180, 100), (140, 235, 210))
  private static let io = ramp((110, 145, 215), (160, 195, 250))
  private static let red = ramp((230, 100, 95), (255, 165, 155))
  private static let green = ramp((80, 185, 80), (155, 235, 145))
  private static let blue = ramp((105, 155, 230), (165, 205, 255))
  private static let aqua = ramp((70, 175, 185), (145, 225, 230))
  private static let yellow = ramp((200, 180, 55), (240, 225, 115))
  private static let purple = ramp((195, 120, 220), (230, 170, 250))
  private static let orange = ramp((230, 125, 40), (250, 180, 95))
  /// In the order of `Kind`.
  private static let languages = [red, green, aqua, yellow, orange, purple]

  enum Kind: Int { case other, own, inlined, native, kernel, library }

  private static func ramp(_ low: (UInt8, UInt8, UInt8), _ high: (UInt8, UInt8, UInt8)) -> Ramp {
    Ramp(
      low: Color(red: low.0, green: low.1, blue: low.2), high: Color(red: high.0, green: high.1, blue: high.2))
  }

  private init(_ name: String, _ ramps: [Ramp], _ rule: Rule = .one) {
    (self.name, self.ramps, self.rule) = (name, ramps, rule)
  }

  /// The shade of a name, below `shadeCount`.
  func shade(of name: ArraySlice<UInt8>) -> Int {
    let hash = NameArena.stableHash(name)
    let shade = Int(((hash ^ hash >> 15) &* 0x9e37_79b1) >> 27)
    guard rule != .one else { return shade }
    return shade + Self.shadesPerRamp * rule.ramp(of: String(decoding: name, as: UTF8.self))
  }

  /// The steps of the channels differ, so that the shades do not lie on one line.
  public func color(_ shade: Int) -> Color {
    let ramp = ramps[shade / Self.shadesPerRamp]
    let place = shade % Self.shadesPerRamp
    func mix(_ low: UInt8, _ high: UInt8, _ step: Int) -> UInt8 {
      let step = self == Self.difference ? 1 : step
      return UInt8(Int(low) + (Int(high) - Int(low)) * (place * step % Self.shadesPerRamp) / (Self.shadesPerRamp - 1))
    }
    return Color(
      red: mix(ramp.low.red, ramp.high.red, 5), green: mix(ramp.low.green, ramp.high.green, 1),
      blue: mix(ramp.low.blue, ramp.high.blue, 11))
  }
}

extension FlamePalette.Color {
  /// As in `#e1a040`.
  public var hexadecimal: String {
    "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
