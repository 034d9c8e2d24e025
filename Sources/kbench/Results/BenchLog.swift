// What one machine said, parsed: Sources/Bench/Output.swift is the protocol. A row counts only when its line is whole,
// and a run only when its end marker is there and agrees with it.

import BenchRows

/// One row's figure of one run.
struct Sample: Equatable, Sendable {
  var iterations: Int
  var ticks: UInt64
  /// When the loop began.
  var start: UInt64
  /// Locks taken in the loop, by class; nil when they were not counted.
  var locks: [String: Int]?
}

struct BenchLog: Sendable {
  private(set) var samples: [String: Sample] = [:]
  private(set) var failures: [String: String] = [:]
  /// What is wrong with the run as a whole; nil for a complete one.
  private(set) var problem: String?
  /// TSC ticks and nanoseconds of CLOCK_MONOTONIC at the begin and the end.
  private(set) var clocks: [(ticks: UInt64, nanoseconds: UInt64)] = []

  private var announced: Int?
  private var lastStarted: String?
  private var end: (rows: Int, failures: Int)?

  /// - Parameter ending: why the machine may have ended without an end marker.
  init(parsing text: String, ending: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      guard let start = line.firstRange(of: "bench: ") else { continue }
      read(line[start.upperBound...].split(separator: " ").map(String.init))
    }
    problem = findProblem(ending)
  }

  /// The row's figure, or why there is none.
  func result(_ row: BenchRow, quick: Bool, most: Int = .max) -> Result<Sample, RowError> {
    let name = "\(row.name)"
    if let failure = failures[name] { return .failure(RowError(failure)) }
    guard let sample = samples[name] else { return .failure(RowError(problem ?? "no figure")) }
    let wanted = min(quick ? row.length.quick : row.length.full, most)
    guard sample.iterations == wanted else {
      return .failure(RowError("\(sample.iterations) iterations instead of \(wanted)"))
    }
    guard sample.ticks > 0 else { return .failure(RowError("no time passed")) }
    return .success(sample)
  }

  private mutating func read(_ words: [String]) {
    switch words.first {
    case "begin" where words.count == 3: announced = Int(words[1])
    case "start" where words.count == 2: lastStarted = words[1]
    case "clock" where words.count == 3:
      if let ticks = UInt64(words[1]), let time = UInt64(words[2]) { clocks.append((ticks, time)) }
    case "row" where words.count == 5:
      guard let iterations = Int(words[2]), let ticks = UInt64(words[3]), let start = UInt64(words[4]) else { return }
      samples[words[1]] = Sample(iterations: iterations, ticks: ticks, start: start)
    case "locks" where words.count >= 2: samples[words[1]]?.locks = Self.counts(words.dropFirst(2))
    case "error" where words.count >= 4:
      failures[words[1]] = words[3...].joined(separator: " ") + ": \(words[2])"
    case "end" where words.count == 3:
      if let rows = Int(words[1]), let failed = Int(words[2]) { end = (rows, failed) }
    default: break
    }
  }

  private static func counts(_ words: some Sequence<String>) -> [String: Int] {
    var result: [String: Int] = [:]
    for word in words {
      let parts = word.split(separator: "=")
      if parts.count == 2, let count = Int(parts[1]) { result[String(parts[0])] = count }
    }
    return result
  }

  private func findProblem(_ ending: String) -> String? {
    guard let announced else { return "the benchmark program did not start: \(ending)" }
    guard let end else { return "no end marker; \(ending) in row \(lastStarted ?? "none")" }
    guard end.rows == announced, samples.count + failures.count == announced, end.failures == failures.count else {
      return "\(announced) rows announced, \(samples.count) figures and \(failures.count) failures found"
    }
    return nil
  }
}

/// Why a row has no figure.
struct RowError: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
