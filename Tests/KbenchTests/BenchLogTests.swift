// What a machine says becomes figures only when all of it is there: every way in which a suite lies is an error.

import BenchRows
import Testing

@testable import kbench

struct BenchLogTests {
  private static let whole = """
    [    1.0] noise of a kernel
    bench: begin 2 quick\r
    bench: clock 1000 500
    bench: start getpid
    bench: row getpid 10000 1250014 1100
    bench: locks getpid signals=3 heap=10000
    bench: start stat
    bench: row stat 5000 4005000 2100
    bench: clock 3000 1500
    bench: end 2 0
    """

  private func result(_ text: String, _ row: BenchRow) -> Result<Sample, RowError> {
    BenchLog(parsing: text, ending: "the machine ended").result(row, quick: true)
  }

  private func error(_ text: String, _ row: BenchRow = .stat) -> String? {
    if case .failure(let error) = result(text, row) { error.description } else { nil }
  }

  @Test func readsFiguresLocksAndClocks() throws {
    let log = BenchLog(parsing: Self.whole, ending: "")
    #expect(log.problem == nil)
    let sample = try log.result(.getpid, quick: true).get()
    #expect(sample == Sample(iterations: 10000, ticks: 1_250_014, start: 1100, locks: ["signals": 3, "heap": 10000]))
    #expect(log.nanoseconds(1000) == 500)
  }

  @Test func aMissingRowIsAnError() {
    #expect(error(Self.whole, .access) == "no figure")
  }

  @Test func aFailedRowIsAnErrorWithItsReason() {
    let text = Self.whole.replacing(
      "bench: row stat 5000 4005000 2100", with: "bench: error stat 256 status of the child"
    )
    .replacing("end 2 0", with: "end 2 1")
    #expect(error(text) == "status of the child: 256")
    #expect(BenchLog(parsing: text, ending: "").problem == nil)
  }

  @Test func aRunWithoutAnEndIsAnErrorThatNamesTheRow() {
    let cut = String(Self.whole.prefix(while: { $0 != "4" }))
    let log = BenchLog(parsing: cut, ending: "kernel panic: sysrq")
    #expect(log.problem == "no end marker; kernel panic: sysrq in row getpid")
    let late = Self.whole.replacing("bench: end 2 0", with: "")
    #expect(BenchLog(parsing: late, ending: "killed").problem == "no end marker; killed in row stat")
  }

  @Test func anEndThatDoesNotAgreeIsAnError() {
    for text in [
      Self.whole.replacing("end 2 0", with: "end 1 0"), Self.whole.replacing("end 2 0", with: "end 2 1"),
      Self.whole.replacing("bench: row stat 5000 4005000 2100", with: ""),
    ] {
      #expect(BenchLog(parsing: text, ending: "").problem?.hasPrefix("2 rows announced") == true)
    }
  }

  @Test func anotherLengthThanAskedForIsAnError() {
    #expect(error(Self.whole.replacing("stat 5000", with: "stat 5")) == "5 iterations instead of 5000")
    #expect(error(Self.whole.replacing("stat 5000 4005000", with: "stat 5000 0")) == "no time passed")
  }

  @Test func nothingAtAllIsAnError() {
    #expect(BenchLog(parsing: "", ending: "killed after 3 s").problem?.contains("did not start: killed") == true)
    #expect(error("Kernel panic - not syncing", .getpid)?.contains("did not start") == true)
  }

  /// Half a line is no figure.
  @Test(arguments: ["bench: row stat 5000 7", "bench: row stat x 1 2", "bench: row", "bench: row stat 5000 1 2 3"])
  func halfALineIsNoFigure(_ line: String) {
    #expect(error(Self.whole.replacing("bench: row stat 5000 4005000 2100", with: line)) != nil)
  }

  @Test func everyRowHasAName() {
    #expect(BenchRow.allCases.count == BenchRow.count)
    #expect(Set(BenchRow.allCases.map { "\($0.name)" }).count == BenchRow.count)
  }
}
