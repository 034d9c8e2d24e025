// The memory of one CPU's tracer: ring, one row a system call and span, histogram blocks.
//
//   CPUArea │ rows: 736 × Row │ blocks: n × (592 buckets + 134 errnos) │ ring: 2^k words
//   │ held locks │ table of lock facts │ table of stacks
//
// Written by its own CPU only, except `tail`, which the drain writes, and `resetWanted`. Blocks are handed out when a
// row is first used, so that a machine pays for the calls it makes; block 0 belongs to row 512, and rows that find no
// block left share it. All memory is the kernel's, zeroed by `initialize`, never freed.

/// What is counted for one system call or span. 64 bytes: one cache line.
struct Row {
  var count: UInt64
  /// Sum, smallest and largest duration, TSC ticks.
  var sum: UInt64
  var min: UInt64
  var max: UInt64
  /// Calls that returned an errno, and among them ENOSYS.
  var errors: UInt64
  var unimplemented: UInt64
  /// Buckets, then errnos; nil until the first use.
  var block: UnsafeMutablePointer<UInt64>?
  /// The symbol where a record has it.
  var header: UInt64
}

/// Numbering of rows: system calls 0…511, one row for all larger numbers, then spans by id, then by lock class how long
/// it was waited for and held.
public enum RowIndex {
  public static var other: Int { 512 }
  public static var count: Int { 736 }

  /// What records of a row carry.
  static func symbol(_ index: Int) -> Symbol {
    if index < other { return .systemCall(UInt64(index)) }
    if index == other { return .otherSystemCall }
    return .span(index < 640 ? UInt32(index - other) : 0)  // locks make no records
  }

  @inline(__always)
  public static func lockWait(_ lockClass: UInt32) -> Int { 640 &+ Int(truncatingIfNeeded: lockClass & 31) }

  @inline(__always)
  public static func lockHold(_ lockClass: UInt32) -> Int { 704 &+ Int(truncatingIfNeeded: lockClass & 31) }

  @inline(__always)
  public static func span(_ id: UInt32) -> Int { 512 &+ Int(truncatingIfNeeded: id & 127) }
}

/// Errnos counted per system call: 1…133.
public enum ErrnoRange {
  public static var count: Int { 134 }
}

struct CPUArea {
  /// Words ever reserved; the owner adds, the drain reads.
  var head: UInt64
  /// From this time on, in ticks, the next record must carry time and thread; 0 when it must anyway.
  var epochEnd: UInt64
  var ring: UnsafeMutablePointer<UInt64>
  var ringMask: UInt64
  /// Most words in use at which a record may still be appended: room is kept for interrupts between check and reserve.
  var ringLimit: UInt64
  var tickShift: UInt64
  var rows: UnsafeMutablePointer<Row>
  var currentThread: UInt64
  // Own cache line: written by the drain.
  /// `tail + ringLimit`: the highest head at which a record may still be appended by the short way; 0 while something
  /// is filtered.
  var headLimit: UInt64
  var tail: UInt64
  var resetWanted: UInt64
  var padding: (UInt64, UInt64, UInt64, UInt64, UInt64)
  // Cold.
  var resetDone: UInt64
  var blocks: UnsafeMutablePointer<UInt64>
  var blockCapacity: UInt64
  var blocksUsed: UInt64
  var heldLocks: UnsafeMutablePointer<HeldLocks>
  /// All CPUs' one, while something is filtered.
  var filter: UnsafeMutablePointer<TraceFilter>?
  var lockFacts: TallyTable
  var stacks: TallyTable
  var dropped: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
}

extension CPUArea {
  static var blockWords: Int { Histogram.bucketCount + ErrnoRange.count }
  /// Words kept free for the records of nested interrupts.
  static var ringMargin: UInt64 { 64 }
  static var headerBytes: Int { 512 }
  static var heldLocksBytes: Int { (MemoryLayout<HeldLocks>.size + 63) & ~63 }
  static var rowBytes: Int { RowIndex.count * MemoryLayout<Row>.stride }
}
