// What a person has chosen: `$XDG_CONFIG_HOME/apus/ktop.conf`, a line a choice:
//
//     theme = light
//     interval = 0.5
//     key.pause = p Space
//
// `#` in the first column begins a comment. A line that says nothing known is refused with its number: a typing error
// that is ignored is worse.

import Glibc
import Recordings

struct Settings: Sendable {
  var theme = Theme.named("dark") ?? Theme.empty
  var themeName = "dark"
  var keys = KeyMap()
  /// Seconds between two pictures.
  var interval = 1.0
  var takesMouse = true
  /// No screen, from the command line.
  var printsOnce = false
  /// MiB of a live stream that are kept on disk to go back in; 0 keeps nothing.
  var historyMegabytes = 64
  /// Streams that are kept for `ktop open`; 0 keeps them only while they are watched.
  var ringsKept = 4

  static let intervals = [0.1, 0.25, 0.5, 1, 2, 5, 10]

  /// The file of this user; nil without a home.
  static var path: String? { Folders.configuration.map { $0 + "/ktop.conf" } }

  /// Reads the file of this user, if there is one, and the choices of the command line.
  /// - Throws: `ToolError` (bad input) with the line that makes no sense.
  static func load(theme: String? = nil) throws -> Settings {
    var settings = Settings()
    if let path, let bytes = try read(path) { try settings.apply(String(decoding: bytes, as: UTF8.self), file: path) }
    if let theme { try settings.choose(theme: theme) }
    return settings
  }

  mutating func apply(_ text: String, file: String) throws {
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = line.trimmed
      guard !line.isEmpty, !line.hasPrefix("#") else { continue }
      guard let (name, value) = line.splitOnce("="), try set(name.trimmed, value.trimmed) else {
        throw ToolError(
          .badInput, "\(file):\(number + 1): '\(line)' makes no sense; ktop --print-config prints what does")
      }
    }
  }

  private mutating func set(_ name: String, _ value: String) throws -> Bool {
    switch name {
    case "theme": try choose(theme: value)
    case "interval":
      guard let seconds = Double(value), seconds >= 0.1, seconds <= 60 else { return false }
      interval = seconds
    case "mouse":
      guard value == "on" || value == "off" else { return false }
      takesMouse = value == "on"
    case "history":
      guard let megabytes = Int(value), (0...65_536).contains(megabytes) else { return false }
      historyMegabytes = megabytes
    case "rings":
      guard let count = Int(value), (0...1000).contains(count) else { return false }
      ringsKept = count
    default:
      guard name.hasPrefix("key."), let function = Function(rawValue: String(name.dropFirst(4))) else { return false }
      let keys = value.split(separator: " ").map { Key(named: String($0)) }
      guard !keys.contains(nil) else { return false }
      self.keys.bind(function, to: keys.compactMap { $0 })
    }
    return true
  }

  /// One that comes with ktop, or a file `themes/NAME.theme` beside the configuration, or a path.
  private mutating func choose(theme name: String) throws {
    themeName = name
    if let builtin = Theme.named(name) { return theme = builtin }
    let path = name.contains("/") ? name : (Folders.configuration ?? ".") + "/themes/\(name).theme"
    guard let bytes = try Self.read(path) else {
      throw ToolError(
        .badInput, "no theme '\(name)': there are \(Theme.builtin.map(\.name).joined(separator: ", ")), and no \(path)")
    }
    theme = try Theme(parsing: String(decoding: bytes, as: UTF8.self), over: Theme.named("dark"), file: path)
  }

  private static func read(_ path: String) throws -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw ToolError.ofErrno(.noInput, "cannot open \(path)")
    }
    defer { close(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 14)
    while bytes.count < 1 << 20 {
      let count = Glibc.read(file, &piece, piece.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw ToolError.ofErrno(.noInput, "cannot read \(path)") }
      guard count > 0 else { break }
      bytes += piece[..<count]
    }
    return bytes
  }
}

extension Settings {
  /// The configuration as a file that says the same.
  var text: String {
    var lines = [
      "# ktop's configuration\(Self.path.map { "; belongs into \($0)" } ?? "").",
      "# Themes: \(Theme.builtin.map(\.name).joined(separator: ", ")), NAME for themes/NAME.theme beside this, or a path.",
      "theme = \(themeName)", "# Seconds between two pictures.", "interval = \(interval)",
      "mouse = \(takesMouse ? "on" : "off")",
      "# MiB of a live stream that are kept on disk, to go back in time; 0 for none.",
      "history = \(historyMegabytes)",
      "# How many of these are kept for ktop open; 0 for none.",
      "rings = \(ringsKept)",
      "# Keys: characters, F1 to F12, Space Enter Esc Backspace Tab BackTab Up Down Left Right PgUp PgDn Home End",
      "# Ins Del WheelUp WheelDown ^A and so on.",
    ]
    for function in Function.allCases {
      let keys = keys.keys(of: function).map(\.name)
      lines.append("key.\(function.rawValue) = \(keys.joined(separator: " "))")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
