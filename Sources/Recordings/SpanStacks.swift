// The spans of a boot as stacks: thread name, system call, nested spans; the value is a span's own time.
//
// Threads of one name are one. Times are nanoseconds, rounded down once a stack; without a HELLO, whose clock rate they
// need, they stay ticks and the unit says so. Complete after `TraceModel.finish()`; before, what is settled so far.

import FlameGraph
import TraceModel

/// What the width of a frame means.
public enum SpanMeasure: String, Sendable, CaseIterable {
  /// The CPU worked for it.
  case onCPU = "on-CPU"
  /// The thread was switched out in the midst of it.
  case offCPU = "off-CPU"

  /// As the axis says it.
  public func unit(in session: Session) -> String { rawValue + (session.hello == nil ? " ticks" : " ns") }
}

extension TraceModel {
  public func stacks(of session: Session, _ measure: SpanMeasure = .onCPU) -> FoldedStacks {
    stacks(of: session.tree, in: session, measure)
  }

  /// The same of a tree of part of the boot's events.
  public func stacks(of tree: SpanTree, in session: Session, _ measure: SpanMeasure = .onCPU) -> FoldedStacks {
    let own = measure == .onCPU ? tree.nodes.map(\.selfOnCPU) : tree.selfOffCPU
    var stacks = FoldedStacks()
    for (index, ticks) in own.enumerated() where ticks > 0 {
      let frames = tree.path(to: index).map { name(of: $0, in: session) }
      stacks.add(frames, value: session.wholeNanoseconds(ticks: ticks))
    }
    return stacks
  }
}

extension SpanTree {
  /// Per node the ticks switched out that no span inside accounts for: `offCPU` counts them in every span around.
  var selfOffCPU: [UInt64] {
    var inside = [UInt64](repeating: 0, count: nodes.count)
    for node in nodes { if let parent = node.parent { inside[parent] &+= node.offCPU } }
    return zip(nodes, inside).map { $0.offCPU > $1 ? $0.offCPU - $1 : 0 }
  }
}

extension Session {
  /// Exact, where `nanoseconds(ticks:)` is as good as a Double.
  package func wholeNanoseconds(tsc: UInt64) -> UInt64 {
    guard let hello else { return tsc }
    return UInt64(clamping: UInt128(tsc) * 1_000_000_000 / UInt128(hello.tscHertz))
  }

  package func wholeNanoseconds(ticks: UInt64) -> UInt64 {
    guard let hello else { return ticks }
    return UInt64(clamping: UInt128(ticks) << UInt128(hello.tickShift) * 1_000_000_000 / UInt128(hello.tscHertz))
  }
}
