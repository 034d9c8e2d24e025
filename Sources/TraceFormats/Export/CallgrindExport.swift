// callgrind's format: own cost of every function, and what each call from one to another cost with all inside.
//
// Of a function on a stack several times only its outermost call counts, so no cost is larger than the whole. How often
// a function was called is not known from stacks; each call says 1. Source: Valgrind's manual, "Callgrind Format".

import FlameGraph

enum CallgrindExport {
  private struct Call: Hashable {
    var caller: UInt32
    var callee: UInt32
  }

  static func write(_ profile: Profile) -> [UInt8] {
    var own: [UInt32: UInt128] = [:]
    var calls: [Call: UInt128] = [:]
    let scale = FoldedStacks.power(of: profile.stacks.decimals)
    var total: UInt128 = 0
    profile.stacks.forEachStack { _, frames, exact in
      let value = (exact + scale / 2) / scale
      total += value
      let chain = [0] + frames
      own[chain.last!, default: 0] += value
      var seen: Set<Call> = []
      for (caller, callee) in zip(chain, chain.dropFirst()) {
        let call = Call(caller: caller, callee: callee)
        if seen.insert(call).inserted { calls[call, default: 0] += value }
      }
    }
    return text(profile, own, calls, total)
  }

  private static func text(
    _ profile: Profile, _ own: [UInt32: UInt128], _ calls: [Call: UInt128], _ total: UInt128
  ) -> [UInt8] {
    var lines = [
      "# callgrind format", "version: 1", "creator: kflame", "cmd: \(line(profile.title))", "positions: line",
    ]
    lines += ["events: \(line(profile.unit).replacing(" ", with: "_"))", "summary: \(total)", ""]
    var named: Set<UInt32> = []
    func name(_ id: UInt32) -> String {
      named.insert(id).inserted ? "(\(id + 1)) \(line(profile.stacks.name(id)))" : "(\(id + 1))"
    }
    let byCaller = Dictionary(grouping: calls, by: \.key.caller)
    lines.append("fl=(1) unknown")
    for id in Set(own.keys).union(byCaller.keys).sorted() {
      lines += ["fn=\(name(id))", "0 \(own[id] ?? 0)"]
      for (call, cost) in (byCaller[id] ?? []).sorted(by: { $0.key.callee < $1.key.callee }) {
        lines += ["cfn=\(name(call.callee))", "calls=1 0", "0 \(cost)"]
      }
      lines.append("")
    }
    lines.append("totals: \(total)")
    return Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  /// Without ends of lines.
  private static func line(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
  }
}
