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
  var density = FlameDensity.names
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

/// How much of a flame graph a line shows.
enum FlameDensity: CaseIterable, Sendable {
  /// A level, with names.
  case names
  /// Two levels in half blocks.
  case halves
  /// Four levels in dots of half a cell.
  case dots

  var levels: Int { self == .names ? 1 : self == .halves ? 2 : 4 }
  var columns: Int { self == .dots ? 2 : 1 }

  /// The next one; half blocks need more than ASCII.
  func next(isUnicode: Bool) -> FlameDensity {
    switch self {
    case .names: return isUnicode ? .halves : .dots
    case .halves: return .dots
    case .dots: return .names
    }
  }
}
