// Figures, verdicts, reports and what moved between two.

import BenchRows
import Guest
import Testing

@testable import kbench

struct ReportTests {
  static func fingerprint(_ metric: Metric = .instructions, commit: String = "abc") -> Fingerprint {
    Fingerprint(
      metric: metric, isQuick: true,
      kernels: [
        Fingerprint.Kernel(side: "linux", digest: "11", version: "Linux 6.1", bootLine: "quiet"),
        Fingerprint.Kernel(side: "apus", digest: "22", version: "Apus, probes off", bootLine: ""),
      ], commit: commit, qemu: "QEMU 7", arguments: ["-m", "512"], initramfs: "33")
  }

  private static func log(_ rows: [(String, Int, UInt64)], end: Bool = true) -> BenchLog {
    var text = "bench: begin \(rows.count) quick\nbench: clock 0 0\n"
    for (name, iterations, ticks) in rows {
      text += "bench: start \(name)\nbench: row \(name) \(iterations) \(ticks) 1\n"
    }
    text += "bench: clock 2000 1000\n" + (end ? "bench: end \(rows.count) 0\n" : "")
    return BenchLog(parsing: text, ending: "the machine ended")
  }

  static func report(ours: [UInt64], theirs: UInt64 = 1_000_000, commit: String = "abc") -> Report {
    Report(
      fingerprint(ours.count > 1 ? .wall : .instructions, commit: commit), [.getpid],
      [
        ("linux", ours.map { _ in log([("getpid", 10000, theirs)]) }),
        ("apus", ours.map { log([("getpid", 10000, $0)]) }),
      ])
  }

  @Test(arguments: [
    (0.1, Verdict.faster, Verdict.faster), (0.9, .faster, .faster), (0.91, .ok, .ok), (1.0, .ok, .ok),
    (1.05, .marginal, .ok), (1.1, .marginal, .ok), (1.11, .regression, .marginal), (2.1, .regression, .regression),
  ])
  func verdictsFollowTheScales(_ ratio: Double, _ verdict: Verdict, _ older: Verdict) {
    #expect(Verdict(ratio: ratio) == verdict)
    #expect(Verdict(olderScale: ratio) == older)
  }

  @Test func exactFiguresHaveNoSpread() throws {
    let report = Self.report(ours: [500_000])
    let ratio = try #require(report.ratio(report.rows[0]))
    #expect(ratio.value == 0.5 && ratio.low == 0.5 && ratio.high == 0.5 && ratio.verdict == .faster)
    #expect(report.geometricMean() == 0.5)
    #expect(!report.hasErrors)
  }

  /// Medians, and no verdict when the quartiles reach into another verdict.
  @Test func noVerdictInsideTheSpread() throws {
    let wide = Self.report(ours: [800_000, 850_000, 880_000, 1_050_000, 1_200_000])
    let ratio = try #require(wide.ratio(wide.rows[0]))
    #expect(ratio.value == 0.88)
    #expect(ratio.verdict == nil)
    let narrow = Self.report(ours: [400_000, 410_000, 420_000, 430_000])
    #expect(try #require(narrow.ratio(narrow.rows[0])).verdict == .faster)
    #expect(narrow.rows[0].figures["apus"]?.spread ?? 0 > 0)
  }

  /// Ticks of a run that measures wall time become nanoseconds by the guest's clock.
  @Test func wallTimeIsInNanoseconds() {
    let figure = Self.report(ours: [500_000, 500_000, 500_000]).rows[0].figures["apus"]
    #expect(figure?.totals == [250_000, 250_000, 250_000])
  }

  @Test func aRowOfARunWithoutEndIsKeptAndTheRunIsAnError() {
    let report = Report(
      Self.fingerprint(), [.getpid, .stat],
      [
        ("linux", [Self.log([("getpid", 10000, 5), ("stat", 5000, 5)])]),
        ("apus", [Self.log([("getpid", 10000, 5)], end: false)]),
      ])
    #expect(report.hasErrors)
    #expect(report.rows[0].figures["apus"] != nil)
    #expect(report.rows[1].errors["apus"] == "no end marker; the machine ended in row getpid")
    #expect(report.problems["apus"] != nil && report.problems["linux"] == nil)
  }

  @Test func reportsAreTheSameBytesAndComeBackEqual() throws {
    let report = Self.report(ours: [500_000])
    let bytes = try report.encoded()
    #expect(bytes == (try Self.report(ours: [500_000]).encoded()))
    let directory = try TemporaryDirectory()
    try HostFile.write(directory.file("a.json"), bytes)
    #expect(try Report.load(directory.file("a.json").string) == report)
  }

  @Test(arguments: ["", "{}", "[1]", #"{"format":"kbench-report-9"}"#])
  func otherFilesAreRefused(_ text: String) throws {
    let directory = try TemporaryDirectory()
    try HostFile.write(directory.file("a.json"), Array(text.utf8))
    #expect(throws: GuestError.self) { try Report.load(directory.file("a.json").string) }
  }

  @Test func movementTellsInstructions() throws {
    let movement = try Movement(
      from: Self.report(ours: [500_000]), to: Self.report(ours: [510_000], commit: "def"))
    #expect(movement.steps.count == 2)
    let text = movement.text(all: false)
    #expect(text.contains("getpid  apus  50.0  51.0    +1.0  +2.0"), "\(text)")
    #expect(text.contains("geometric mean 0.500 -> 0.510; 1 of 2 moved"), "\(text)")
    #expect(
      try Movement(from: Self.report(ours: [5]), to: Self.report(ours: [5])).text(all: false)
        .hasPrefix("nothing moved"))
    #expect(throws: GuestError.self) { try Movement(from: Self.report(ours: [5]), to: Self.report(ours: [5, 5, 5])) }
  }

  /// Any difference makes a baseline unusable, but for Apus's own kernel and the commit.
  @Test func aBaselineMustFit() {
    let ours = Self.fingerprint()
    #expect(ours.mismatch(Self.fingerprint(commit: "other"), side: "linux") == nil)
    let changes: [(inout Fingerprint) -> Void] = [
      { $0.metric = .wall }, { $0.isQuick = false }, { $0.qemu = "QEMU 8" }, { $0.arguments = [] },
      { $0.initramfs = "34" }, { $0.kernels[0].digest = "12" }, { $0.kernels[0].bootLine = "" },
    ]
    for change in changes {
      var other = Self.fingerprint()
      change(&other)
      #expect(ours.mismatch(other, side: "linux") != nil)
    }
    var rebuilt = Self.fingerprint()
    rebuilt.kernels[1].digest = "23"
    #expect(ours.mismatch(rebuilt, side: "linux") == nil)
  }
}
