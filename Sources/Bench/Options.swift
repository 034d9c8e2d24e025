// What to run. Words come from the command line or, for process 1, from /etc/bench.

import BenchRows
import CProgram
import LinuxABI

struct Options {
  private(set) var isQuick = false
  private(set) var countsLocks = false
  private(set) var mostIterations = Int.max
  /// Bit n is row n; none means all.
  private var rows: UInt64 = 0

  var selectedCount: Int { rows == 0 ? BenchRow.count : rows.nonzeroBitCount }

  func isSelected(_ index: Int) -> Bool { rows == 0 || rows >> UInt64(index) & 1 != 0 }

  static func commandLine() -> Options {
    var options = Options()
    let stack = UnsafePointer<UInt64>(bitPattern: UInt(program_initial_stack())).unsafelyUnwrapped
    guard stack[0] > 1 else { return options }
    for index in 2...Int(stack[0]) {
      let start = UnsafePointer<UInt8>(bitPattern: UInt(stack[index])).unsafelyUnwrapped
      var count = 0
      while start[count] != 0 { count += 1 }
      options.add(UnsafeBufferPointer(start: start, count: count))
    }
    return options
  }

  static func readFile() -> Options {
    var options = Options()
    let file = call(.open, ("/etc/bench" as StaticString).address, 0, 0)
    guard file >= 0 else { return options }
    let count = call(.read, file, Scratch.address, 4096)
    _ = call(.close, file)
    var start = 0
    for index in 0..<max(count, 0) where Scratch.bytes[index] == 10 {
      options.add(UnsafeBufferPointer(start: UnsafePointer(Scratch.bytes + start), count: index - start))
      start = index + 1
    }
    return options
  }

  private mutating func add(_ word: UnsafeBufferPointer<UInt8>) {
    if word.isEqual(to: "quick") { return isQuick = true }
    if word.isEqual(to: "locks") { return countsLocks = true }
    if let limit = word.number(after: "most=") { return mostIterations = max(1, limit) }
    for index in 0..<BenchRow.count where word.isEqual(to: BenchRow(rawValue: index)!.name) {
      return rows |= 1 << UInt64(index)
    }
    var line = Line("no such word: ")
    line.add(word)
    line.send()
    leave(64)
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The decimal number behind `prefix`; nil for any other word.
  func number(after prefix: StaticString) -> Int? {
    let start = prefix.utf8CodeUnitCount
    guard count > start, count < start + 10, UnsafeBufferPointer(rebasing: self[..<start]).isEqual(to: prefix) else {
      return nil
    }
    var result = 0
    for index in start..<count {
      guard self[index] >= 48, self[index] <= 57 else { return nil }
      result = result * 10 + Int(self[index] - 48)
    }
    return result
  }

  func isEqual(to text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    for index in 0..<count where self[index] != text.utf8Start[index] { return false }
    return true
  }
}
