// Rules about time and memory that are spent for nothing: the log, pages nobody touches, a call that was faster before.
import Tracer

extension FindingRules {
  /// Lines of the kernel's log within system calls.
  func logging() -> [Finding] {
    let tree = session.tree
    var lines: [Int: (count: UInt64, ticks: UInt64)] = [:]
    for node in tree.nodes {
      guard case .span(let id) = node.label, model.spanName(id, of: session) == "log" else { continue }
      guard let row = systemCall(around: node) else { continue }
      lines[row, default: (0, 0)].count += node.count
      lines[row, default: (0, 0)].ticks += node.selfOnCPU
    }
    return lines.sorted { $0.key < $1.key }.compactMap { row, log in
      let made = session.systemCalls[row]?.count ?? log.count
      guard log.count >= Self.enough / 5, let time = session.nanoseconds(ticks: log.ticks) else { return nil }
      return Finding(
        kind: .logging, title: "writes to the kernel's log", place: call(row),
        evidence: [
          "\(log.count) lines in \(made) calls", "\(Int(time / Double(log.count))) ns of a call for each, on average",
        ], calls: log.count, savedPerCall: nil)
    }
  }

  /// Programs that end with many pages that they never touched.
  func untouchedMemory() -> [Finding] {
    let facts = session.lockFacts(.untouched)
    let ended = facts.reduce(0) { $0 + $1.count }
    let pages = facts.reduce(0) { $0 + $1.sum }
    guard ended >= 3, pages >= 4 * ended else { return [] }
    return [
      Finding(
        kind: .untouchedMemory, title: "fills memory that programs never touch", place: "execve",
        evidence: [
          "\(pages) anonymous pages never accessed in \(ended) programs that have ended",
          "\(facts.map(\.max).max() ?? 0) in the worst of them",
        ], calls: ended, savedPerCall: Self.pageCost * pages / ended)
    ]
  }

  /// Instructions of clearing a page by `rep stosq` and of what goes with it, at the least.
  private static let pageCost: UInt64 = 600

  /// Calls whose mean of the last seconds is beyond anything they had before.
  func slowerThanBefore() -> [Finding] {
    session.systemCalls.sorted { $0.key < $1.key }.compactMap { row, counter in
      let windows = counter.windows.filter { $0.count >= 200 }
      guard windows.count >= 6 else { return nil }
      let means = windows.map { Double($0.sum) / Double($0.count) }
      let before = means.dropLast(2)
      let median = before.sorted()[before.count / 2]
      guard let worst = before.max(), means.suffix(2).allSatisfy({ $0 > 2 * median && $0 > 1.3 * worst }),
        let now = means.last, let nowTime = session.nanoseconds(tsc: UInt64(now)),
        let oldTime = session.nanoseconds(tsc: UInt64(median))
      else { return nil }
      return Finding(
        kind: .slowerThanBefore, title: "has become \(Self.tenths(now / median)) times slower", place: call(row),
        evidence: [
          "\(Self.whole(nowTime)) ns a call in the last seconds, \(Self.whole(oldTime)) ns in the \(before.count) before",
          "never above \(Self.whole(session.nanoseconds(tsc: UInt64(worst)) ?? 0)) ns then",
        ], calls: windows.suffix(2).reduce(0) { $0 + $1.count }, savedPerCall: nil)
    }
  }

  // A stream of lies has times beyond any number.
  private static func whole(_ value: Double) -> Int { Int(exactly: value.rounded(.towardZero)) ?? .max }
}
