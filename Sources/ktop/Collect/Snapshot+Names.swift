// Numbers of a snapshot as people read them: times, names, and how often lately.

import TraceModel
import Tracer

extension Snapshot {
  var console: TerminalPicture { terminal ?? TerminalPicture(text: consoleText) }

  /// Nanoseconds of so many ticks; NaN before the first HELLO.
  func nanoseconds(_ ticks: UInt64) -> Double { ticksPerSecond.map { Double(ticks) * 1e9 / Double($0) } ?? .nan }

  /// Seconds since the machine was started.
  func secondsSinceBoot(_ time: UInt64) -> Double { nanoseconds(time &- bootTime) / 1e9 }

  func threadName(_ tid: UInt32) -> String { threads[tid]?.name ?? (tid == 0 ? "idle" : "[unnamed]") }

  func name(of symbol: Symbol) -> String {
    if symbol == .otherSystemCall { return "other" }
    return symbol.isSystemCall
      ? TraceModel.systemCallName(Int(symbol.rawValue) - 512) : spanName(Int(symbol.rawValue))
  }

  func spanName(_ id: Int) -> String { spanNames[id] ?? "span_\(id)" }

  func lockName(_ number: Int) -> String { locks.first { $0.number == number }?.name ?? "lock_\(number)" }

  func name(of label: SpanTree.Label) -> String {
    switch label {
    case .thread(let name): return name
    case .systemCall(let number): return TraceModel.systemCallName(number)
    case .span(let id): return spanName(id)
    }
  }

  /// How often a row was counted lately, by equal stretches of time, oldest first. A stream too short for the counters'
  /// own history is shown by its events.
  func series(_ row: RateHistory.Row, count: Int) -> [UInt64] {
    guard rates.slicesSeen < 6 else { return rates.series(row, count: count) }
    let symbol: Symbol
    switch row {
    case .systemCall(let number): symbol = Symbol.systemCall(UInt64(number))
    case .span(let id): symbol = Symbol.span(UInt32(id))
    case .lock: return Array(repeating: 0, count: count)
    }
    let slices = activity.latencies[symbol.rawValue]?.slices
    return (0..<count).map { index in
      let slice = activity.slice &- UInt64(count - 1 - index)
      return slices?.cells(of: slice)?.reduce(UInt64(0)) { $0 + UInt64($1) } ?? 0
    }
  }
}
