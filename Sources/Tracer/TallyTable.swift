// What is counted by key: a hash table that only grows, in memory given once.
//
//   header │ rows: capacity × TallyRow, in order of first appearance │ index: 2 × capacity row numbers plus one, by hash
//
// Written by its own CPU only, with interrupts off; the drain reads rows below `used` at any time. A row's key is there
// before `used` says so and never changes until `clear`. A key that finds no room is refused and counted: what the
// table holds is exact, and what it does not hold has a number.
import CMachine

/// One key with what was added up for it.
struct TallyRow {
  /// The key, in two words; what they mean is the table owner's affair.
  var first: UInt64
  var second: UInt64
  var count: UInt64
  /// Sum and largest of what came with each count.
  var sum: UInt64
  var max: UInt64
  /// The drain's: one more than the count that was sent last, 0 when the row was never sent.
  var sent: UInt64
}

struct TallyTable {
  private struct Header {
    var used: UInt64
    var refused: UInt64
  }

  private let header: UnsafeMutablePointer<Header>
  let rows: UnsafeMutablePointer<TallyRow>
  private let index: UnsafeMutablePointer<UInt32>
  let capacity: Int

  /// Bytes of memory for `capacity` rows, a power of two.
  static func bytesNeeded(capacity: Int) -> Int { 64 + capacity * (MemoryLayout<TallyRow>.stride + 8) }

  /// An empty table in `memory`, zeroed by the caller, 8-byte aligned.
  init(zeroed memory: UnsafeMutableRawPointer, capacity: Int) {
    header = memory.assumingMemoryBound(to: Header.self)
    rows = (memory + 64).assumingMemoryBound(to: TallyRow.self)
    index = (memory + 64 + capacity * MemoryLayout<TallyRow>.stride).assumingMemoryBound(to: UInt32.self)
    self.capacity = capacity
  }

  /// Rows that the drain may read.
  var used: Int { Int(truncatingIfNeeded: apus_trace_load(&header.pointee.used)) }

  /// Additions refused because there was no room for their key, since boot.
  var refused: UInt64 { apus_trace_load(&header.pointee.refused) }

  /// Adds one to the key's count, and `amount` to its sum.
  func add(_ first: UInt64, _ second: UInt64, amount: UInt64 = 0) {
    guard let row = row(first, second) else { return }
    add(to: row, amount: amount)
  }

  func add(to row: Int, amount: UInt64) {
    rows[row].count &+= 1
    rows[row].sum &+= amount
    if amount > rows[row].max { rows[row].max = amount }
  }

  /// The row of a key, made when there is none; nil when the table is full.
  func row(_ first: UInt64, _ second: UInt64) -> Int? {
    let mask = capacity &* 2 &- 1
    var place = Int(truncatingIfNeeded: Self.hash(first, second)) & mask
    while index[place] != 0 {
      let row = Int(truncatingIfNeeded: index[place]) &- 1
      if rows[row].first == first && rows[row].second == second { return row }
      place = (place &+ 1) & mask
    }
    let row = Int(truncatingIfNeeded: header.pointee.used)
    guard row < capacity else {
      header.pointee.refused &+= 1
      return nil
    }
    rows[row] = TallyRow(first: first, second: second, count: 0, sum: 0, max: 0, sent: 0)
    index[place] = UInt32(truncatingIfNeeded: row &+ 1)
    apus_trace_store(&header.pointee.used, UInt64(truncatingIfNeeded: row &+ 1))
    return row
  }

  /// Forgets all rows. The owner's.
  func clear() {
    apus_trace_store(&header.pointee.used, 0)
    index.update(repeating: 0, count: capacity * 2)
  }

  // Multiplication spreads the low bits upwards, the shift brings them back (Fibonacci hashing).
  @inline(__always)
  private static func hash(_ first: UInt64, _ second: UInt64) -> UInt64 {
    let mixed = (first &+ 0x9e37_79b9 ^ second &* 0x9e37_79b9_7f4a_7c15) &* 0x9e37_79b9_7f4a_7c15
    return mixed &>> 32
  }
}
