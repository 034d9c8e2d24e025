// Runs the sides: beside each other when instructions are counted, which nothing outside the machine can change; in turns
// when wall time is measured.

import BenchRows
import Guest
import SystemPackage

struct Comparison: Sendable {
  let selection: Selection
  let rows: [BenchRow]
  let sides: [Side]
  var shape = MachineShape()
  /// Runs of each side; more than one only for wall time.
  var repeats = 1
  var additions: [String] = []
  var timeout = Duration.seconds(1800)

  private var metric: Metric { shape.countsInstructions ? .instructions : .wall }

  /// - Parameter baseline: a report whose figures stand for the sides it has, if their fingerprints match.
  func run(baseline: Report? = nil, baselineName: String = "") async throws -> Report {
    let directory = try TemporaryDirectory()
    let image = try await BenchImage(selection, additions: additions, in: directory)
    let fingerprint = try await Fingerprint(metric, selection, sides, shape, image)
    var known: Set<String> = []
    if let baseline { known = try usable(baseline, baselineName, fingerprint) }
    let machine = BenchMachine(shape: shape, image: image, directory: directory, timeout: timeout)
    let logs = try await runAll(sides.filter { !known.contains($0.name) }, machine)
    var report = Report(
      fingerprint, rows, sides.filter { !known.contains($0.name) }.map { ($0.name, logs[$0.name] ?? []) })
    if let baseline { report.take(known, from: baseline, order: sides.map(\.name)) }
    return report
  }

  /// The sides that the baseline stands for: all but Apus.
  private func usable(_ baseline: Report, _ name: String, _ fingerprint: Fingerprint) throws -> Set<String> {
    let known = Set(sides.filter { $0.linuxLine != nil }.map(\.name))
    for side in known {
      let reason =
        baseline.sides.contains(side) ? fingerprint.mismatch(baseline.fingerprint, side: side) : "no such side"
      if let reason {
        throw GuestError("--baseline \(name) cannot stand for \(side): it differs in \(reason)", exitCode: 65)
      }
    }
    return known
  }

  private func runAll(_ sides: [Side], _ machine: BenchMachine) async throws -> [String: [BenchLog]] {
    let progress = Progress(rows: rows.count, machines: sides.count * repeats)
    defer { progress.finish() }
    var logs: [String: [BenchLog]] = [:]
    if metric == .instructions {
      try await withThrowingTaskGroup(of: (String, BenchLog).self) { group in
        for side in sides { group.addTask { (side.name, try await Self.one(side, 0, machine, progress)) } }
        for try await (name, log) in group { logs[name] = [log] }
      }
      return logs
    }
    for round in 0..<repeats {
      for side in sides { logs[side.name, default: []].append(try await Self.one(side, round, machine, progress)) }
    }
    return logs
  }

  private static func one(
    _ side: Side, _ round: Int, _ machine: BenchMachine, _ progress: Progress
  ) async throws -> BenchLog {
    let label = round == 0 ? side.name : "\(side.name) \(round + 1)"
    return try await machine.run(side) { progress.update(label, $0) }
  }
}

extension Report {
  /// Figures of another report for sides that were not run.
  fileprivate mutating func take(_ known: Set<String>, from baseline: Report, order: [String]) {
    sides = order
    for index in rows.indices {
      let theirs = baseline.rows.first { $0.name == rows[index].name }
      for side in known {
        rows[index].figures[side] = theirs?.figures[side]
        if rows[index].figures[side] == nil { rows[index].errors[side] = theirs?.errors[side] ?? "not in the baseline" }
      }
    }
  }
}
