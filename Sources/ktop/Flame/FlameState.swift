// How the flame graph is looked at.

import TraceModel

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

  /// What counts; nil for all.
  static let windows: [TimeWindow?] = [nil, .last(60), .last(10), .last(3), .fading(halfLife: 5)]

  var timeWindow: TimeWindow? { Self.windows[window] }
}
