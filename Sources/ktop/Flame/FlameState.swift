// How the flame graph is looked at.

struct FlameState: Sendable {
  /// Which tree; nil: the usual one.
  var kind: FlameKind?
  /// Names from below the root: what is as wide as the screen, and what is chosen.
  var zoom: [String] = []
  var selected: [String] = []
  /// Root at the top.
  var isIcicle = true
  /// Two levels a line, in half blocks.
  var isCompact = false
  /// Index into `windows`.
  var window = 0
  var filter = ""
  /// Shown instead of what is live.
  var frozen: FlameTree?
  /// Levels scrolled away on the root's side.
  var top = 0

  /// Seconds that are shown; nil for all.
  static let windows: [Double?] = [nil, 60, 10, 3]
}
