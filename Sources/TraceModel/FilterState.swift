// What the kernel leaves out of what its keys let through, as FILTER frames tell it.
import Tracer

public struct FilterState: Sendable, Equatable {
  /// Whose records are wanted; process 0: everybody's.
  public var process = ProcessFilter(pid: 0)
  /// Rows that are off.
  public var rowsOff: Set<Int> = []

  public var isOn: Bool { process.pid != 0 || !rowsOff.isEmpty }

  /// Rows that belong to nothing are of no interest: they cannot be on.
  public func isOff(systemCall number: Int) -> Bool { rowsOff.contains(min(number, RowIndex.other)) }
  public func isOff(span id: Int) -> Bool { rowsOff.contains(RowIndex.other + id) }
  public func isOff(lockClass: Int) -> Bool { rowsOff.contains(RowIndex.lockWait(0) + lockClass) }

  public init() {}

  /// What the kernel is to make of it.
  public func with(_ range: RowRange, _ change: RowSwitch) -> FilterState {
    var state = self
    let end = min(UInt64(range.first) + UInt64(range.count), UInt64(RowIndex.count))
    let rows = Int(min(UInt64(range.first), end))..<Int(end)
    switch change {
    case .off: state.rowsOff.formUnion(rows)
    case .on: state.rowsOff.subtract(rows)
    case .only: state.rowsOff = Set(0..<RowIndex.count).subtracting(rows)
    }
    return state
  }

  /// The rows that are on, when some are off.
  public var rowsOn: [Int] { rowsOff.isEmpty ? [] : (0..<RowIndex.count).filter { !rowsOff.contains($0) } }
}

/// One FILTER frame: which rows of a stretch are on.
struct FilterFrame {
  var process: ProcessFilter
  var first: Int
  /// Lengths of the stretches, on and off by turns.
  var runs: [Int] = []

  init?(_ reader: inout FrameReader) {
    guard let pid = reader.varint().flatMap(UInt32.init(exactly:)), let flags = reader.byte(),
      let first = reader.varint(), first < UInt64(RowIndex.count)
    else { return nil }
    process = ProcessFilter(pid: pid, withChildren: flags & 1 != 0)
    self.first = Int(first)
    var row = first
    while !reader.isAtEnd {
      guard let run = reader.varint(), run <= UInt64(RowIndex.count) - row else { return nil }
      row += run
      runs.append(Int(run))
    }
  }
}

extension Session {
  mutating func applyFilter(_ reader: inout FrameReader) -> Bool {
    guard let frame = FilterFrame(&reader) else { return false }
    var state = filter ?? FilterState()
    state.process = frame.process
    var row = frame.first
    for (index, run) in frame.runs.enumerated() {
      if index % 2 == 1 {
        state.rowsOff.formUnion(row..<row + run)
      } else {
        state.rowsOff.subtract(row..<row + run)
      }
      row += run
    }
    filter = state
    return true
  }
}
