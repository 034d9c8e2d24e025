// The line on a terminal that says how far the machines are: a bar, each side's row, and the time left.
//
// Machines run beside each other, so updates come from several tasks; a lock keeps the line whole. Without a terminal
// nothing is printed.

import BenchRows
import Foundation
import Glibc

final class Progress: @unchecked Sendable {
  private let lock = NSLock()
  private let isShown = isatty(2) == 1
  private let start = ContinuousClock.now
  private let rowsPerMachine: Int
  private let machines: Int
  private var started: [String: (count: Int, row: String)] = [:]
  private var width = 0

  init(rows: Int, machines: Int) {
    rowsPerMachine = rows
    self.machines = machines
  }

  /// `label` names the machine; `text` is its console so far.
  func update(_ label: String, _ text: String) {
    guard isShown else { return }
    let names = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("bench: start ") }
    let isAtEnd = text.contains("bench: end ")
    lock.withLock {
      let row = isAtEnd ? "done" : names.last.map { String($0.dropFirst(13)) } ?? "booting"
      started[label] = (isAtEnd ? rowsPerMachine : max(0, names.count - 1), row)
      draw()
    }
  }

  func finish() {
    guard isShown else { return }
    lock.withLock { write("") }
  }

  private func draw() {
    let done = started.values.reduce(0) { $0 + $1.count }
    let total = rowsPerMachine * machines
    let filled = total == 0 ? 0 : done * 20 / total
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
    let sides = started.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.row)" }.joined(separator: " · ")
    write("\(bar) \(done)/\(total)\(timeLeft(done, total))  \(sides)")
  }

  /// From the pace so far; rows differ, so it is rough.
  private func timeLeft(_ done: Int, _ total: Int) -> String {
    guard done > 3, done < total else { return "" }
    let elapsed = Double((ContinuousClock.now - start).components.seconds) + 0.5
    return "  \(Int(elapsed / Double(done) * Double(total - done)) + 1) s left"
  }

  private func write(_ line: String) {
    let padding = String(repeating: " ", count: max(0, width - line.count))
    FileHandle.standardError.write(Data(("\r" + line + padding + (line.isEmpty ? "\r" : "")).utf8))
    width = line.count
  }
}
