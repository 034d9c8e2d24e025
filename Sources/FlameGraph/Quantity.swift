// Numbers as people read them, from integers only: the same text on every machine.

enum Quantity {
  /// A value in 10^-`decimals`: 1,234,567.5.
  static func grouped(_ value: UInt128, _ decimals: Int = 0) -> String {
    let plain = decimal(value, decimals).split(separator: ".", maxSplits: 1)
    let digits = Array(plain[0])
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return plain.count > 1 ? text + "." + plain[1] : text
  }

  /// The part of a whole as in 12.34 %, rounded.
  static func percent(_ part: UInt64, of whole: UInt64) -> String {
    guard whole > 0 else { return "0.00 %" }
    let product = UInt128(part) * 10_000 + UInt128(whole) / 2
    return fixed(UInt64(product / UInt128(whole)), decimals: 2) + " %"
  }

  /// A value in 10^-`decimals`, without zeros at its end: 12.5.
  static func decimal(_ value: UInt128, _ decimals: Int) -> String {
    guard decimals > 0 else { return String(value) }
    let digits = String(value)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    var fraction = padded.suffix(decimals)
    while fraction.last == "0" { fraction.removeLast() }
    return padded.dropLast(decimals) + (fraction.isEmpty ? "" : "." + fraction)
  }

  /// A number with its last digits behind a point.
  static func fixed(_ value: UInt64, decimals: Int) -> String {
    let digits = String(value)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// Nanoseconds with four digits and a unit that fits: 1.235 ms.
  static func duration(nanoseconds: UInt128) -> String {
    var scale: UInt128 = 1
    for unit in ["ns", "µs", "ms"] {
      if nanoseconds < scale * 1000 { return scaled(nanoseconds, scale, unit) }
      scale *= 1000
    }
    return scaled(nanoseconds, scale, "s")
  }

  private static func scaled(_ value: UInt128, _ scale: UInt128, _ unit: String) -> String {
    guard scale > 1 else { return "\(value) \(unit)" }
    return fixed(UInt64(clamping: value * 1000 / scale), decimals: 3) + " " + unit
  }
}
