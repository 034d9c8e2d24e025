// Colours as themes name them, and what terminals make of them.

struct Color: Hashable, Sendable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  /// One of the 16 that every terminal names for itself, when this is one.
  var basic: Int?

  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8, basic: Int? = nil) {
    (self.red, self.green, self.blue, self.basic) = (red, green, blue, basic)
  }

  /// A name (`red`, `bright-red`) or `#rrggbb`; nil for anything else.
  init?(parsing text: String) {
    if text.hasPrefix("#"), text.utf8.count == 7, let value = UInt32(text.dropFirst(), radix: 16) {
      self.init(UInt8(value >> 16), UInt8(value >> 8 & 255), UInt8(value & 255))
      return
    }
    let isBright = text.hasPrefix("bright-")
    guard let index = Self.names.firstIndex(of: isBright ? String(text.dropFirst(7)) : text) else { return nil }
    self = Self.basics[index + (isBright ? 8 : 0)]
  }

  /// A colour by its number in `TerminalLook`; nil for the terminal's own.
  init?(ofTerminal number: Int32) {
    switch number {
    case ..<0: return nil
    case 0..<16: self = Self.basics[Int(number)]
    case 16..<232:
      let cube = [number - 16, (number - 16) * 6, (number - 16) * 36].map { UInt8($0 / 36 % 6) }
      self.init(Self.value(ofStep: cube[0]), Self.value(ofStep: cube[1]), Self.value(ofStep: cube[2]))
    case 232..<256:
      let gray = UInt8(8 + (number - 232) * 10)
      self.init(gray, gray, gray)
    default: self.init(UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255))
    }
  }

  private static func value(ofStep step: UInt8) -> UInt8 { step == 0 ? 0 : 55 + step * 40 }

  var hexadecimal: String {
    let digits = String(UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue), radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }

  static let names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]

  /// As xterm shows them; on a screen they are what the terminal's owner has chosen.
  static let basics: [Color] = [
    Color(0, 0, 0, basic: 0), Color(205, 49, 49, basic: 1), Color(13, 188, 121, basic: 2),
    Color(229, 229, 16, basic: 3),
    Color(36, 114, 200, basic: 4), Color(188, 63, 188, basic: 5), Color(17, 168, 205, basic: 6),
    Color(229, 229, 229, basic: 7), Color(102, 102, 102, basic: 8), Color(241, 76, 76, basic: 9),
    Color(35, 209, 139, basic: 10), Color(245, 245, 67, basic: 11), Color(59, 142, 234, basic: 12),
    Color(214, 112, 214, basic: 13), Color(41, 184, 219, basic: 14), Color(255, 255, 255, basic: 15),
  ]

  /// The number of this colour, or of what is nearest to it, on a terminal with so many.
  func index(of colors: Int) -> Int32 {
    if colors > 256 { return Int32(red) << 16 | Int32(green) << 8 | Int32(blue) }
    if let basic { return Int32(colors > 8 ? basic : basic % 8) }
    if colors < 256 { return Int32(nearest(of: Self.basics.prefix(min(16, max(8, colors))))) }
    return Int32(16 + Self.step(red) * 36 + Self.step(green) * 6 + Self.step(blue))
  }

  // The steps of xterm's colour cube: 0, 95, 135, 175, 215, 255.
  private static func step(_ value: UInt8) -> Int { value < 48 ? 0 : value < 115 ? 1 : (Int(value) - 35) / 40 }

  private func nearest(of choice: some Sequence<Color>) -> Int {
    choice.enumerated().min { distance(to: $0.element) < distance(to: $1.element) }?.offset ?? 7
  }

  private func distance(to other: Color) -> Int {
    let red = Int(red) - Int(other.red)
    let green = Int(green) - Int(other.green)
    let blue = Int(blue) - Int(other.blue)
    return red * red + green * green + blue * blue
  }
}
