// Colours of frames: 32 shades between two ends. A name always has the same shade, in every graph of the palette.
//
// All shades are light enough for black letters to keep a contrast of 4.5 to 1, on light and dark pages alike.

public struct FlamePalette: Sendable, Equatable {
  public struct Color: Sendable, Equatable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8
  }

  public let name: String
  private let low: Color
  private let high: Color

  public static let shadeCount = 32

  /// All palettes, the default first.
  public static let all = [
    FlamePalette("hot", (225, 95, 40), (255, 225, 90)),
    FlamePalette("mem", (70, 180, 100), (140, 235, 210)),
    FlamePalette("io", (110, 145, 215), (160, 195, 250)),
    FlamePalette("red", (230, 100, 95), (255, 165, 155)),
    FlamePalette("green", (80, 185, 80), (155, 235, 145)),
    FlamePalette("blue", (105, 155, 230), (165, 205, 255)),
    FlamePalette("aqua", (70, 175, 185), (145, 225, 230)),
    FlamePalette("yellow", (200, 180, 55), (240, 225, 115)),
    FlamePalette("purple", (195, 120, 220), (230, 170, 250)),
    FlamePalette("orange", (230, 125, 40), (250, 180, 95)),
    FlamePalette("grey", (150, 150, 150), (215, 215, 215)),
  ]

  public static func named(_ name: String) -> FlamePalette? { all.first { $0.name == name } }

  /// The shade of a name, below `shadeCount`.
  static func shade(of name: some Sequence<UInt8>) -> Int {
    let hash = NameArena.stableHash(name)
    return Int(((hash ^ hash >> 15) &* 0x9e37_79b1) >> 27)
  }

  /// The steps of the channels differ, so that the shades do not lie on one line.
  public func color(_ shade: Int) -> Color {
    func mix(_ low: UInt8, _ high: UInt8, _ step: Int) -> UInt8 {
      UInt8(Int(low) + (Int(high) - Int(low)) * (shade * step % Self.shadeCount) / (Self.shadeCount - 1))
    }
    return Color(
      red: mix(low.red, high.red, 5), green: mix(low.green, high.green, 1), blue: mix(low.blue, high.blue, 11))
  }

  private init(_ name: String, _ low: (UInt8, UInt8, UInt8), _ high: (UInt8, UInt8, UInt8)) {
    self.name = name
    self.low = Color(red: low.0, green: low.1, blue: low.2)
    self.high = Color(red: high.0, green: high.1, blue: high.2)
  }
}

extension FlamePalette.Color {
  /// As in `#e1a040`.
  public var hexadecimal: String {
    "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
