// The fixes of the hunt that kbench repeats, and the experiment that failed: how each is switched, and which rows show
// it. benchmarks.md tells the story.

import BenchRows

struct Fix: Sendable {
  let name: String
  let what: String
  /// Words of Apus's boot line that bring the slow behaviour, or the experiment, back.
  let words: String
  let rows: [BenchRow]

  static let all = [
    Fix(
      name: "1 wait4-clear", what: "every wait4 clears the list of the dead under one lock, and scans twice",
      words: "legacy=wait4-clear", rows: [.forkExit, .execTrue]),
    Fix(
      name: "2 write-log", what: "every write is looked at, some are logged", words: "legacy=write-log",
      rows: [.writeNull]),
    Fix(
      name: "3 yield-locks", what: "sched_yield takes the run queue three times to find itself alone",
      words: "legacy=yield-locks", rows: [.schedYield]),
    Fix(
      name: "4 sigaction-two-locks", what: "the old action is read under a lock of its own",
      words: "legacy=sigaction-two-locks", rows: [.sigaction]),
    Fix(
      name: "5 irq-locks", what: "poll, select, readlink and exit lock the descriptors with interrupts off",
      words: "legacy=irq-locks", rows: [.poll, .readlink, .forkExit]),
    Fix(
      name: "6 spans", what: "spans exit, wait and path lookup are recorded", words: "trace=process,path",
      rows: [.forkExit, .stat]),
    Fix(
      name: "failed: bss-prefault", what: "exec fills every anonymous area with pages",
      words: "experiment=bss-prefault", rows: [.execTrue, .shellNoop]),
  ]
}

/// A row with and without.
struct FixFigure: Equatable {
  let fix: String
  let row: String
  let with: Sample
  let without: Sample

  /// Of one iteration.
  var instructions: (with: Double, without: Double) {
    (Double(with.ticks) / Double(with.iterations), Double(without.ticks) / Double(without.iterations))
  }

  var locks: (with: Double, without: Double) { (locks(of: with), locks(of: without)) }

  private func locks(of sample: Sample) -> Double {
    Double((sample.locks ?? [:]).values.reduce(0, +)) / Double(sample.iterations)
  }

  /// `run_queue +3.0`: the classes that differ, by how many an iteration.
  var lockChanges: String {
    let (new, old) = (with.locks ?? [:], without.locks ?? [:])
    let changes = Set(new.keys).union(old.keys).sorted().compactMap { name -> String? in
      let change =
        Double(new[name] ?? 0) / Double(with.iterations) - Double(old[name] ?? 0) / Double(without.iterations)
      return abs(change) < 0.05 ? nil : "\(name) \(Number.signed(change))"
    }
    return changes.joined(separator: ", ")
  }
}
