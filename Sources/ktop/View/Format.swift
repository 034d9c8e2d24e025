// Numbers for people: at most seven characters, three digits that count.

enum Format {
  static func count(_ value: UInt64) -> String { value < 100_000 ? String(value) : scaled(Double(value)) }

  static func rate(_ value: Double) -> String {
    if value < 0.05 { return "0" }
    if value < 9.95 { return decimals(value, 1) }
    return value < 99_999.5 ? String(UInt64(value.rounded())) : scaled(value)
  }

  /// A duration in nanoseconds. ASCII: `us`.
  static func duration(_ nanoseconds: Double?) -> String {
    guard let nanoseconds, nanoseconds.isFinite else { return "-" }
    if nanoseconds < 999.5 { return String(Int(nanoseconds.rounded())) + "ns" }
    if nanoseconds < 999_500 { return digits(nanoseconds / 1e3) + "us" }
    if nanoseconds < 999_500_000 { return digits(nanoseconds / 1e6) + "ms" }
    if nanoseconds < 9_999e9 { return digits(nanoseconds / 1e9) + "s" }
    return digits(nanoseconds / 3_600e9) + "h"
  }

  static func percent(_ part: UInt64, of whole: UInt64) -> String {
    guard whole > 0 else { return "-" }
    let value = Double(part) * 100 / Double(whole)
    if part > 0 && value < 0.01 { return "<0.01%" }
    return decimals(value, value < 10 ? 2 : 1) + "%"
  }

  static func bytes(_ value: Double) -> String { value < 1000 ? "\(Int(value)) B" : spaced(value, unit: "B") }

  /// `1d 02:03:04`, without the days when there are none.
  static func uptime(_ seconds: Double?) -> String {
    guard let seconds, seconds.isFinite, seconds >= 0, seconds < 1e10 else { return "-" }
    let total = Int(seconds)
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let clock = "\(two(total / 3600 % 24)):\(two(total / 60 % 60)):\(two(total % 60))"
    return total >= 86_400 ? "\(total / 86_400)d \(clock)" : clock
  }

  private static func scaled(_ value: Double) -> String {
    var rest = value
    for unit in ["", "k", "M", "G", "T", "P"] {
      if rest < 999.5 { return digits(rest) + unit }
      rest /= 1000
    }
    return digits(rest) + "E"
  }

  private static func spaced(_ value: Double, unit: String) -> String {
    let text = scaled(value)
    let isPrefixed = text.last.map { $0.isLetter } ?? false
    return isPrefixed ? text.dropLast() + " " + String(text.last!) + unit : text + " " + unit
  }

  // Three digits: 1.23, 12.3, 123.
  private static func digits(_ value: Double) -> String {
    decimals(value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
  }

  static func decimals(_ value: Double, _ places: Int) -> String {
    let factor = [1.0, 10, 100, 1000][places]
    guard value.isFinite, value >= 0, value < 1e16 else { return "-" }
    let scaled = UInt64((value * factor).rounded())
    guard places > 0 else { return String(scaled) }
    let fraction = String(scaled % UInt64(factor))
    return "\(scaled / UInt64(factor))." + String(repeating: "0", count: places - fraction.count) + fraction
  }
}
