// The programs whose stacks are counted: names by which a reader finds their symbols.
//
// Rows are only added, never changed; one that was started twice at the same time may have two. Any CPU adds; the drain
// reads rows that say they are ready. Program 0 is the kernel's own threads, and whatever found no room.
import CMachine

/// One program: 104 bytes.
struct ProgramRow {
  var isReady: UInt64
  /// Where it was loaded: subtract it from addresses of a position-independent one; 0 for others.
  var base: UInt64
  var nameLength: UInt64
  var pathLength: UInt64
  var name: InlineArray<16, UInt8>
  var path: InlineArray<56, UInt8>
}

public struct ProgramTable {
  let rows: UnsafeMutablePointer<ProgramRow>
  private let count: UnsafeMutablePointer<UInt64>
  let capacity: Int

  /// Bytes of memory for `capacity` programs.
  public static func bytesNeeded(capacity: Int) -> Int { 64 + capacity * MemoryLayout<ProgramRow>.stride }

  /// An empty table in `memory`, 8-byte aligned.
  public init(initialize memory: UnsafeMutableRawPointer, capacity: Int) {
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.bytesNeeded(capacity: capacity))
    count = memory.assumingMemoryBound(to: UInt64.self)
    rows = (memory + 64).assumingMemoryBound(to: ProgramRow.self)
    self.capacity = capacity
  }

  /// The number of a program, from 1; 0 when the table is full. `name` is cut to 16 bytes; of `path` the last 56 stay.
  public func number(name: UnsafeRawBufferPointer, path: UnsafeRawBufferPointer, base: UInt64) -> UInt32 {
    let name = UnsafeRawBufferPointer(rebasing: name.prefix(16))
    let path = UnsafeRawBufferPointer(rebasing: path.suffix(56))
    for index in 0..<used where rows[index].isReady != 0 && isSame(index, name, path, base) {
      return UInt32(truncatingIfNeeded: index &+ 1)
    }
    guard let index = claim() else { return 0 }
    rows[index].base = base
    rows[index].nameLength = UInt64(truncatingIfNeeded: name.count)
    rows[index].pathLength = UInt64(truncatingIfNeeded: path.count)
    for at in 0..<name.count { rows[index].name[at] = name[at] }
    for at in 0..<path.count { rows[index].path[at] = path[at] }
    apus_trace_store(&rows[index].isReady, 1)
    return UInt32(truncatingIfNeeded: index &+ 1)
  }

  var used: Int { Int(truncatingIfNeeded: apus_trace_load(count)) }

  /// The drain's: nil while the row is being written.
  func read(_ index: Int) -> ProgramRow? { apus_trace_load(&rows[index].isReady) != 0 ? rows[index] : nil }

  private func claim() -> Int? {
    while true {
      let taken = apus_trace_load(count)
      guard taken < UInt64(truncatingIfNeeded: capacity) else { return nil }
      if apus_trace_exchange(count, taken, taken &+ 1) { return Int(truncatingIfNeeded: taken) }
    }
  }

  private func isSame(
    _ index: Int, _ name: UnsafeRawBufferPointer, _ path: UnsafeRawBufferPointer, _ base: UInt64
  ) -> Bool {
    guard rows[index].base == base, rows[index].nameLength == UInt64(truncatingIfNeeded: name.count),
      rows[index].pathLength == UInt64(truncatingIfNeeded: path.count)
    else { return false }
    for at in 0..<name.count where rows[index].name[at] != name[at] { return false }
    for at in 0..<path.count where rows[index].path[at] != path[at] { return false }
    return true
  }
}
