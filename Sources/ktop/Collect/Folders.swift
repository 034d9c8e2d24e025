// The folders of the XDG base directory specification.

import Glibc

enum Folders {
  /// `~/.config/apus`, unless XDG_CONFIG_HOME says otherwise.
  static var configuration: String? { folder("XDG_CONFIG_HOME", ".config") }
  /// `~/.local/state/apus`.
  static var state: String? { folder("XDG_STATE_HOME", ".local/state") }

  private static func folder(_ variable: String, _ usual: String) -> String? {
    // The specification: a path that is not absolute is to be ignored.
    if let path = environment(variable), path.hasPrefix("/") { return path + "/apus" }
    return environment("HOME").map { "\($0)/\(usual)/apus" }
  }

  static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Makes a folder and those above it; false when that fails.
  static func make(_ path: String) -> Bool {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return true }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return false }
    return make(String(path[..<slash])) && (mkdir(path, 0o700) == 0 || errno == EEXIST)
  }
}
