// Names of threads, as state: a fixed table that the drain repeats, so that a name survives loss and late attach.
//
// Called by fork, exec, prctl and exit on any CPU. A slot is claimed by one compare-and-exchange; from then on only its
// thread (or its creator, before the thread runs) writes it. The version is odd while somebody writes, so the drain
// skips what it cannot read whole and comes back. Rows are taken in a circle, so a dead thread keeps its row, and its
// name its reader, for as long as the table allows.
import CMachine

struct ThreadRow {
  /// Even: stable; odd: being written. 0: never used.
  var version: UInt64
  var isDead: UInt64
  var tid: UInt32
  var pid: UInt32
  /// 15 bytes and NUL.
  var name: (UInt64, UInt64)
}

public struct ThreadTable {
  let rows: UnsafeMutablePointer<ThreadRow>
  /// Where the search for a row begins, and threads that found none. Hints: two CPUs may lose an increment.
  let cursor: UnsafeMutablePointer<UInt64>
  let unnamed: UnsafeMutablePointer<UInt64>
  public let capacity: Int

  /// Bytes of memory for `capacity` threads.
  public static func bytesNeeded(capacity: Int) -> Int { 64 + capacity * MemoryLayout<ThreadRow>.stride }

  /// Makes an empty table in `memory`, 8-byte aligned.
  public init(initialize memory: UnsafeMutableRawPointer, capacity: Int) {
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.bytesNeeded(capacity: capacity))
    cursor = memory.assumingMemoryBound(to: UInt64.self)
    unnamed = cursor + 1
    rows = (memory + 64).assumingMemoryBound(to: ThreadRow.self)
    self.capacity = capacity
  }

  /// Adds a thread; returns its slot, or -1 when all rows are alive. `name` is cut to 15 bytes.
  public func add(tid: UInt32, pid: UInt32, name: UnsafeRawBufferPointer) -> Int32 {
    guard let slot = claim() else {
      apus_trace_increment(unnamed)
      return -1
    }
    rows[slot].tid = tid
    rows[slot].pid = pid
    rows[slot].isDead = 0
    setName(slot, name)
    release(slot)
    return Int32(truncatingIfNeeded: slot)
  }

  /// Gives the thread in `slot` another name; -1 is ignored.
  public func rename(_ slot: Int32, to name: UnsafeRawBufferPointer) {
    guard slot >= 0 else { return }
    let row = Int(slot)
    beginWriting(row)
    setName(row, name)
    release(row)
  }

  /// The thread in `slot` has ended; its row may be used again. -1 is ignored.
  public func remove(_ slot: Int32) {
    guard slot >= 0 else { return }
    let row = Int(slot)
    beginWriting(row)
    rows[row].isDead = 1
    release(row)
  }

  /// A copy of a row, or nil while it is unused or being written.
  func read(_ slot: Int) -> ThreadRow? {
    let before = apus_trace_load(&rows[slot].version)
    guard before != 0, before & 1 == 0 else { return nil }
    let copy = rows[slot]
    apus_trace_fence()
    guard apus_trace_load(&rows[slot].version) == before else { return nil }
    return copy
  }

  private func claim() -> Int? {
    var slot = Int(truncatingIfNeeded: cursor.pointee)
    for _ in 0..<capacity {
      slot = slot &+ 1 < capacity ? slot &+ 1 : 0
      let version = apus_trace_load(&rows[slot].version)
      guard version & 1 == 0, version == 0 || rows[slot].isDead != 0 else { continue }
      guard apus_trace_exchange(&rows[slot].version, version, version &+ 1) else { continue }
      cursor.pointee = UInt64(truncatingIfNeeded: slot)
      return slot
    }
    return nil
  }

  private func setName(_ slot: Int, _ name: UnsafeRawBufferPointer) {
    rows[slot].name = (0, 0)
    withUnsafeMutableBytes(of: &rows[slot].name) { bytes in
      for index in 0..<(name.count < 15 ? name.count : 15) { bytes[index] = name[index] }
    }
  }

  private func beginWriting(_ slot: Int) {
    apus_trace_store(&rows[slot].version, rows[slot].version &+ 1)
    apus_trace_fence()
  }

  private func release(_ slot: Int) { apus_trace_store(&rows[slot].version, rows[slot].version &+ 1) }
}
