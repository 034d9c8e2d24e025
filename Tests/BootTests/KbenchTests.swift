// The suite on real kernels: figures that repeat, and broken rows that are errors and never fast.

import BenchRows
import Foundation
import Guest
import SystemPackage
import Testing

@testable import kbench

@Suite(.enabled(if: Machine.isWanted), .serialized)
struct KbenchTests {
  private func compare(
    _ rows: [BenchRow], _ sides: [Side], replacing path: String? = nil, by script: String = ""
  ) async throws -> Report {
    let directory = try TemporaryDirectory()
    var additions: [String] = []
    if let path {
      let file = directory.file("script")
      try HostFile.write(file, Array(script.utf8))
      chmod(file.string, 0o755)
      additions = [file.string + ":" + path]
    }
    let comparison = Comparison(
      selection: Selection(rows: rows.map { "\($0.name)" }, isQuick: true), rows: rows, sides: sides,
      additions: additions, timeout: .seconds(120))
    return try await comparison.run()
  }

  private func apus() throws -> Side { .apus(try KernelImage.locate()) }

  /// Every row of the suite runs on Apus, and twice the same.
  @Test func everyRowIsExactOnApus() async throws {
    let twin = Side(name: "again", kernel: try KernelImage.locate(), linuxLine: nil)
    let report = try await compare(BenchRow.allCases, [try apus(), twin])
    #expect(report.problems.isEmpty)
    for row in report.rows {
      #expect(row.errors.isEmpty, "\(row.name)")
      #expect(row.figures["apus"] == row.figures["again"], "\(row.name)")
    }
  }

  /// The failures that made published comparisons wrong, made on purpose.
  @Test(arguments: [
    ("/bin/true", "#!/bin/sh\nexit 1\n", BenchRow.execTrue, "status of the child: 256"),
    ("/bin/sh", "#!/no/such/interpreter\n", .shellNoop, "status of the child: 32512"),
    ("/bin/sh", "#!/bin/busybox true\n", .tarExtract, "open what a program wrote: -2"),
    ("/bin/sh", "#!/bin/busybox true\n", .shellNoop, "a shell's own status: 0"),
  ])
  func aBrokenRowIsAnError(_ path: String, _ script: String, _ row: BenchRow, _ error: String) async throws {
    let report = try await compare([.getpid, row], [try apus()], replacing: path, by: script)
    #expect(report.rows[0].errors.isEmpty)
    #expect(report.rows[1].errors == ["apus": error])
    #expect(report.hasErrors)
  }

  @Test func aPanicHalfWayIsAnError() async throws {
    let report = try await compare(
      [.getpid, .execTrue, .fileTree], [try apus()], replacing: "/bin/true",
      by: "#!/bin/sh\necho c > /proc/sysrq-trigger\n")
    #expect(report.rows[0].figures["apus"] != nil)
    for row in report.rows.dropFirst() {
      #expect(row.errors["apus"] == "no end marker; kernel panic: sysrq in row exec_true")
    }
  }

  /// Linux from its package, beside Apus, from the same initramfs; a failing child fails there too.
  @Test func comparesWithLinux() async throws {
    let linux = Side.tunedLinux(try await LinuxKernel.locate(given: nil, log: { print($0) }).path)
    let report = try await compare(
      [.getpid, .execTrue, .clockGettime], [linux, try apus()], replacing: "/bin/true", by: "#!/bin/sh\nexit 1\n")
    #expect(report.rows.map { $0.errors.count } == [0, 2, 0], "\(report.rows.map(\.errors))")
    let ratio = try #require(report.ratio(report.rows[0]))
    #expect(ratio.verdict == .faster, "\(ratio.value)")
  }

  private func samples(_ words: String, _ rows: [BenchRow], locks: Bool = false) async throws -> [BenchRow: Sample] {
    let directory = try TemporaryDirectory()
    let selection = Selection(rows: rows.map { "\($0.name)" }, isQuick: true, countsLocks: locks)
    let image = try await BenchImage(selection, in: directory)
    let machine = BenchMachine(shape: MachineShape(), image: image, directory: directory, timeout: .seconds(120))
    let side = Side.apus(try KernelImage.locate(), words: words)
    let log = try await machine.run(side, traceLine: .file(directory.file("trace")))
    var result: [BenchRow: Sample] = [:]
    for row in rows { result[row] = try log.result(row, quick: true).get() }
    return result
  }

  private func cost(_ sample: Sample?) -> Double { sample.map { Double($0.ticks) / Double($0.iterations) } ?? .nan }

  /// Everything is traced while the first row runs, and nothing in the last ones, when the line has taken what was
  /// recorded: they cost what they cost in a machine that never traced.
  @Test func probesThatWereOnLeaveNothingBehind() async throws {
    let rows: [BenchRow] = [.getpid, .readNull, .stat, .statx, .getsid, .getrlimit]
    let never = try await samples("", rows)
    let first = try await samples("trace=all trace_for=60", rows)
    let on = cost(first[.getpid]) - cost(never[.getpid])
    #expect(on > 40 && on <= 80, "\(on) instructions for a traced call")
    for row in rows.suffix(2) {
      // A timer interrupt more or less may fall into a row.
      #expect(abs(cost(first[row]) - cost(never[row])) < 0.5, "\(row.name)")
    }
  }

  /// Each slow behaviour costs instructions, and the locks that it is about.
  @Test func eachFixShows() async throws {
    let rows: [BenchRow] = [.writeNull, .sigaction, .schedYield, .poll, .forkExit]
    let now = try await samples("", rows, locks: true)
    func change(_ words: String, _ row: BenchRow) async throws -> FixFigure {
      FixFigure(
        fix: words, row: "", with: try #require(try await samples(words, rows, locks: true)[row]),
        without: try #require(now[row]))
    }
    for (words, row, locks) in [
      ("legacy=write-log", BenchRow.writeNull, 0.0), ("legacy=sigaction-two-locks", .sigaction, 1),
      ("legacy=yield-locks", .schedYield, 3), ("legacy=irq-locks", .poll, 1), ("legacy=wait4-clear", .forkExit, 2),
    ] {
      let figure = try await change(words, row)
      // What wait4 clears away itself, the idle thread need not: only the lock and the second scan are left.
      if row != .forkExit { #expect(figure.instructions.with > figure.instructions.without + 5, "\(words)") }
      #expect(figure.locks.with - figure.locks.without >= locks, "\(words)")
    }
  }
}
