// The rows one after the other, and what is said about each.

import BenchRows
import CProgram
import LinuxABI

struct Suite {
  let options: Options
  private var failures = 0

  init(_ options: Options) { self.options = options }

  /// Returns how many rows failed.
  mutating func run() -> Int {
    var line = Line("begin ")
    line.add(options.selectedCount)
    line.add(options.isQuick ? " quick" : " full")
    line.send()
    clock()
    for index in 0..<BenchRow.count where options.isSelected(index) { runRow(BenchRow(rawValue: index)!) }
    clock()
    line = Line("end ")
    line.add(options.selectedCount)
    line.add(" ")
    line.add(failures)
    line.send()
    return failures
  }

  private mutating func runRow(_ row: BenchRow) {
    var line = Line("start ")
    line.add(row.name)
    line.send()
    settle()
    var run = Run(
      iterations: min(options.isQuick ? row.length.quick : row.length.full, options.mostIterations),
      countsLocks: options.countsLocks)
    do throws(Failure) {
      try row.run(&run)
      report(row, run)
    } catch { report(row, error) }
  }

  /// Lets the kernel finish what earlier rows left behind, such as freeing: 20 ms of sleep.
  private func settle() {
    Scratch.words[0] = 0
    Scratch.words[1] = 20_000_000
    _ = call(.nanosleep, Scratch.address, 0)
  }

  private func report(_ row: BenchRow, _ run: Run) {
    var line = Line("row ")
    line.add(row.name)
    line.add(" ")
    line.add(run.iterations)
    line.add(" ")
    line.add(run.ticks)
    line.add(" ")
    line.add(run.start)
    line.send()
    run.locks?.report(row.name)
  }

  private mutating func report(_ row: BenchRow, _ failure: Failure) {
    failures += 1
    var line = Line("error ")
    line.add(row.name)
    line.add(" ")
    line.add(failure.result)
    line.add(" ")
    line.add(failure.what)
    line.send()
  }

  private func clock() {
    _ = call(.clock_gettime, 1, Scratch.address)
    let nanoseconds = Scratch.words[0] &* 1_000_000_000 &+ Scratch.words[1]
    var line = Line("clock ")
    line.add(program_ticks())
    line.add(" ")
    line.add(nanoseconds)
    line.send()
  }
}
