// One row while it runs: a row sets up, calls `time` once with the body of its loop, and takes down. Every result is
// checked, inside the loop too; a row whose check fails is an error and has no figure.

import CProgram

/// What was checked and did not hold.
struct Failure: Error {
  let what: StaticString
  let result: Int

  init(_ what: StaticString, _ result: Int) {
    self.what = what
    self.result = result
  }
}

struct Run {
  let iterations: Int
  /// Reads the kernel's lock counters around the loop.
  var locks: LockReading?
  private(set) var ticks: UInt64 = 0
  /// When the loop began, in TSC ticks.
  private(set) var start: UInt64 = 0

  init(iterations: Int, countsLocks: Bool) {
    self.iterations = iterations
    locks = countsLocks ? LockReading() : nil
  }

  @inline(__always)
  mutating func time(_ body: () throws(Failure) -> Void) throws(Failure) {
    locks?.begin()
    start = program_ticks()
    for _ in 0..<iterations { try body() }
    ticks = program_ticks() &- start
    locks?.end()
  }
}

@inline(__always)
func expect(_ result: Int, _ wanted: Int, _ what: StaticString) throws(Failure) {
  if result != wanted { throw Failure(what, result) }
}

/// For calls that return a descriptor, an address or a count.
@inline(__always)
func check(_ result: Int, _ what: StaticString) throws(Failure) -> Int {
  if result < 0 { throw Failure(what, result) }
  return result
}
