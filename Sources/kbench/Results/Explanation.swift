// Where a row's instructions go, from the events of its loop: what each system call and span costs by itself, how often,
// and what is left for the program.
//
// Times of events are in ticks of 2^shift instructions and of the traced run, which is a little longer than the row by
// itself: the shares count, not the last digit.

import FlameGraph
import Recordings
import TraceModel
import Tracer

struct Explanation {
  struct Part: Equatable {
    /// `wait4;wait`: the system call, and the span inside.
    let name: String
    let count: Double
    let own: Double
  }

  let row: String
  let iterations: Int
  /// Instructions of one iteration, traced.
  let total: Double
  /// By what they cost, each by itself.
  let parts: [Part]
  let contextSwitches: Double
  let pageFaults: Double
  let events: Int
  /// Records that did not come: the parts are too small by what they would have told.
  let missing: UInt64
  let stacks: FoldedStacks
  let model: TraceModel

  var kernel: Double { parts.reduce(0) { $0 + $1.own } }

  /// - Parameters:
  ///   - recording: the trace line's bytes.
  ///   - sample: the row's figure in that run.
  /// - Throws: `BuildMismatch` for names of another kernel.
  init(row: String, recording: [UInt8], names: NameTable?, sample: Sample) throws {
    var model = TraceModel()
    if let names { try model.add(names) }
    var all: [TraceEvent] = []
    model.feed(recording) { all.append($0) }
    model.finish()
    let session = model.session
    let shift = UInt64(session?.hello?.tickShift ?? 0)
    let window = (sample.start >> shift)...((sample.start + sample.ticks) >> shift)
    let inside = all.filter { window.contains($0.start) && window.contains($0.end) }
    let threads = session?.threads
    let tree = SpanTree(folding: inside) { threads?.name($0) ?? "\($0)" }
    let scale = Double(1 << shift) / Double(sample.iterations)

    self.row = row
    iterations = sample.iterations
    total = Double(sample.ticks) / Double(sample.iterations)
    parts = session.map { Self.parts(of: tree, model, $0, scale, sample.iterations) } ?? []
    contextSwitches = Double(inside.count { $0.symbol == .contextSwitch }) / Double(sample.iterations)
    let faults = tree.nodes.filter { node in session.map { model.name(of: node.label, in: $0) } == "page_fault" }
    pageFaults = Double(faults.reduce(0) { $0 + $1.count }) / Double(sample.iterations)
    events = inside.count
    missing = session.map { $0.losses.droppedSource + $0.losses.lostWire } ?? 0
    stacks = session.map { model.stacks(of: tree, in: $0) } ?? FoldedStacks()
    self.model = model
  }

  /// Threads are put together: a row is about what is done, not by whom.
  private static func parts(
    of tree: SpanTree, _ model: TraceModel, _ session: Session, _ scale: Double, _ iterations: Int
  ) -> [Part] {
    var sums: [String: (count: UInt64, own: UInt64)] = [:]
    for (index, node) in tree.nodes.enumerated() where node.count > 0 {
      let name = tree.path(to: index).dropFirst().map { model.name(of: $0, in: session) }.joined(separator: ";")
      let sum = sums[name] ?? (0, 0)
      sums[name] = (sum.count + node.count, sum.own + node.selfOnCPU)
    }
    return sums.map { name, sum in
      Part(name: name, count: Double(sum.count) / Double(iterations), own: Double(sum.own) * scale)
    }.sorted { ($1.own, $0.name) < ($0.own, $1.name) }
  }

  // MARK: Text

  func text(untraced: Sample?, locks: [String: Int]) -> String {
    var head = "\(row) on Apus, \(iterations) iterations: \(Number.figure(total)) instructions each while traced"
    if let untraced {
      head += ", \(Number.figure(Double(untraced.ticks) / Double(untraced.iterations))) untraced"
    }
    var table = TextTable(["what", "times", "instructions", "%"])
    for part in parts { table.add(line(part.name, Number.figure(part.count), part.own)) }
    table.add(line("program; entry to and exit from the kernel; timer", "", max(0, total - kernel)))
    let facts = [
      "kernel \(percent(kernel)) %, the rest \(percent(max(0, total - kernel))) %",
      "\(Number.figure(pageFaults)) page faults and \(Number.figure(contextSwitches)) context switches an iteration",
      missing == 0 ? "\(events) events, none missing" : "\(events) events; \(missing) MISSING: parts are too small",
    ]
    return head + "\n\n" + table.text + "\n" + facts.map { $0 + "\n" }.joined() + lockLines(locks)
  }

  private func line(_ name: String, _ count: String, _ own: Double) -> [String] {
    [name, count, Number.figure(own), percent(own)]
  }

  private func percent(_ value: Double) -> String { Number.figure(total == 0 ? 0 : value / total * 100) }

  private func lockLines(_ locks: [String: Int]) -> String {
    guard !locks.isEmpty else { return "no locks taken\n" }
    let counts = locks.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { name, count in
      "\(name) \(Number.figure(Double(count) / Double(iterations)))"
    }
    return "locks taken an iteration: \(counts.joined(separator: ", "))\n"
  }
}
