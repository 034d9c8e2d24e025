// The table, Markdown and the chart of a report.

import BenchRows
import Foundation
import FoundationXML
import Testing

@testable import kbench

struct OutputTests {
  private let good = ReportTests.report(ours: [500_000])
  private let slow = ReportTests.report(ours: [3_000_000])

  private var broken: Report {
    var report = good
    report.rows[0].figures["apus"] = nil
    report.rows[0].errors["apus"] = "status of the child: 256"
    return report
  }

  @Test func theTableHasFiguresVerdictsAndTheFingerprint() {
    let text = ReportTable(good).text
    #expect(text.contains("getpid  100.0  50.0  0.500   faster  faster  ████████       │"), "\(text)")
    #expect(text.contains("1 of 1 rows on every kernel; geometric mean 0.500; highest 0.500 (getpid)"))
    #expect(text.contains("1 faster, 0 ok, 0 marginal, 0 regression"))
    #expect(text.contains("sources abc; QEMU 7; initramfs 33"))
  }

  @Test func anErrorIsNeverAFigure() {
    let text = ReportTable(broken).text
    #expect(text.contains("getpid  100.0  error"))
    #expect(text.contains("error: getpid on apus: status of the child: 256"))
    #expect(text.contains("1 error") || !text.contains("geometric"))
    #expect(ReportMarkdown(broken).text.contains("| getpid | 100.0 | error: status of the child: 256 | - | - | - |"))
    #expect(ReportChart(broken).svg.contains(">error</text>"))
  }

  @Test func aBarBeyondTheEndHasAnArrow() {
    #expect(Bar.text(3).hasSuffix("▶"))
    #expect(Bar.text(0.5).count == Bar.cells && Bar.text(3).count == Bar.cells)
    #expect(ReportTable(slow).text.contains("regression  regression"))
  }

  @Test func markdownIsATable() {
    let lines = ReportMarkdown(good).text.split(separator: "\n")
    #expect(lines[0] == "| row | linux | apus | ratio | verdict | older scale |")
    #expect(lines[2] == "| getpid | 100.0 | 50.0 | 0.500 | faster | faster |")
  }

  @Test(arguments: [true, false]) func theChartIsWellFormed(isGood: Bool) {
    let svg = ReportChart(isGood ? good : slow).svg
    #expect(XMLParser(data: Data(svg.utf8)).parse())
    #expect(svg.contains("getpid"))
  }

  @Test(arguments: [(0.0, "0.0"), (999.94, "999.9"), (1000, "1,000"), (1_234_567, "1,234,567"), (-5000, "-5,000")])
  func figuresAreGrouped(_ value: Double, _ text: String) {
    #expect(Number.figure(value) == text)
  }
}
