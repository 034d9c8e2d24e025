// What explain and fixes say, from streams and figures made here.

import Testing
import TraceModel
import Tracer

@testable import kbench

struct ExplanationTests {
  @Test func fixesTellInstructionsAndTheLocksThatDiffer() {
    let figure = FixFigure(
      fix: "3", row: "sched_yield",
      with: Sample(iterations: 10, ticks: 4000, start: 0, locks: ["run_queue": 30, "heap": 10]),
      without: Sample(iterations: 10, ticks: 2000, start: 0, locks: ["heap": 10]))
    #expect(figure.instructions.with == 400 && figure.instructions.without == 200)
    #expect(figure.locks.with == 4 && figure.locks.without == 1)
    #expect(figure.lockChanges == "run_queue +3.0")
    let table = FixesCommand.table([figure])
    #expect(table.contains("3    sched_yield         400.0  200.0  200.0    4.0  1.0  run_queue +3.0"), "\(table)")
  }

  /// Nothing recorded is nothing explained, not a crash.
  @Test(arguments: [[], [0, 1, 2, 3], Array(repeating: UInt8(0xff), count: 4000)])
  func aStreamWithoutEventsExplainsNothing(_ bytes: [UInt8]) throws {
    let explanation = try Explanation(
      row: "getpid", recording: bytes, names: nil, sample: Sample(iterations: 10, ticks: 1000, start: 5))
    #expect(explanation.parts.isEmpty && explanation.total == 100)
    #expect(explanation.text(untraced: nil, locks: [:]).contains("no locks taken"))
  }
}
