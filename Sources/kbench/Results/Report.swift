// The result of a run as a value: what is printed, written as JSON, and compared later. Holds no date and no path, so two
// metric runs of the same thing are the same bytes.

import BenchRows
import Foundation
import Guest
import SystemPackage

struct Report: Codable, Sendable, Equatable {
  struct Row: Codable, Sendable, Equatable {
    let name: String
    /// By side.
    var figures: [String: Figure] = [:]
    var errors: [String: String] = [:]
  }

  static let currentFormat = "kbench-report-1"

  var format = currentFormat
  var fingerprint: Fingerprint
  /// Names of the sides; the last is compared with the first.
  var sides: [String]
  var rows: [Row]
  /// By side: what is wrong with its run as a whole.
  var problems: [String: String] = [:]

  /// Parts may come from several runs of a side, in the order of `logs`.
  init(_ fingerprint: Fingerprint, _ rows: [BenchRow], _ logs: [(side: String, runs: [BenchLog])]) {
    self.fingerprint = fingerprint
    sides = logs.map(\.side)
    self.rows = rows.map { row in
      var result = Row(name: "\(row.name)")
      for (side, runs) in logs { result.add(side, runs, row, fingerprint) }
      return result
    }
    for (side, runs) in logs { problems[side] = runs.compactMap(\.problem).first }
  }

  var hasErrors: Bool { !problems.isEmpty || rows.contains { !$0.errors.isEmpty } }

  /// The verdict's ratio of a row; nil when a side has no figure.
  func ratio(_ row: Row, of side: String? = nil, to base: String? = nil) -> Ratio? {
    guard let ours = row.figures[side ?? sides[sides.count - 1]], let theirs = row.figures[base ?? sides[0]] else {
      return nil
    }
    return Ratio(ours, to: theirs)
  }

  /// The geometric mean of the rows' ratios; nil without any.
  func geometricMean(to base: String? = nil) -> Double? {
    let ratios = rows.compactMap { ratio($0, to: base)?.value }
    guard !ratios.isEmpty else { return nil }
    return exp(ratios.reduce(0) { $0 + log($1) } / Double(ratios.count))
  }

  var regressions: [String] { rows.filter { ratio($0)?.verdict == .regression }.map(\.name) }

  // MARK: Files

  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return Array(try encoder.encode(self)) + [10]
  }

  static func load(_ path: String) throws -> Report {
    let bytes = try HostFile.read(FilePath(path))
    guard let report = try? JSONDecoder().decode(Report.self, from: Data(bytes)), report.format == currentFormat,
      report.sides.count >= 1
    else { throw GuestError("\(path) is not a report of kbench run --json", exitCode: 65) }
    return report
  }
}

extension Report.Row {
  fileprivate mutating func add(
    _ side: String, _ runs: [BenchLog], _ row: BenchRow, _ fingerprint: Fingerprint
  ) {
    var totals: [UInt64] = []
    var locks: [String: Int]?
    for run in runs {
      switch run.result(row, quick: fingerprint.isQuick) {
      case .success(let sample):
        totals.append(fingerprint.metric == .instructions ? sample.ticks : run.nanoseconds(sample.ticks))
        locks = sample.locks
      case .failure(let error): return errors[side] = error.description
      }
    }
    let iterations = fingerprint.isQuick ? row.length.quick : row.length.full
    figures[side] = Figure(iterations: iterations, totals: totals, locks: locks)
  }
}

extension BenchLog {
  /// TSC ticks as nanoseconds of the guest's clock over the whole run.
  func nanoseconds(_ ticks: UInt64) -> UInt64 {
    guard let first = clocks.first, let last = clocks.last, last.ticks > first.ticks else { return ticks }
    let scale = Double(last.nanoseconds - first.nanoseconds) / Double(last.ticks - first.ticks)
    return UInt64(Double(ticks) * scale)
  }
}
