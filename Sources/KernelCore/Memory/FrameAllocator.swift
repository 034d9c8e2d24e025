// Physical page frames: a buddy allocator with a reference count per frame.
//
// Every frame has one 16-byte `Frame` record; the records are an array at `table`, indexed by frame number. Free blocks
// of 2^order frames are doubly linked through their records. A reference count above one means that a page is shared
// (copy on write, page cache and a mapping); counts change by atomic additions, without the lock. Invariant: a block is
// free exactly when its head's `kind` is `.free`. Lock: `frames`, inside all but the console's, for the free lists.
//
// Single frames come and go through a short list of each CPU, last in first out, which only that CPU touches, in process
// context, where nothing preempts it: no lock, no splitting and merging of blocks for a page that comes back at once.
// The lists are filled and emptied by batches.

import CMachine
import LinuxABI
import Synchronization

/// What a frame is used for.
public enum FrameKind: UInt8 {
  case reserved, free, inner, cached, page, heapSlab, heapLarge
}

/// The record of one frame.
public struct Frame {
  public var references: UInt32
  public var kind: FrameKind
  /// Of a free block's or an allocation's head: log2 of its size in frames.
  public var order: UInt8
  /// Free to use by the owner: the heap keeps the size class here.
  public var tag: UInt16
  fileprivate var next: UInt32
  fileprivate var previous: UInt32
}

public enum Frames {
  public static let maximumOrder = 10
  private static let none = UInt32.max

  nonisolated(unsafe) private static var table = UnsafeMutablePointer<Frame>(bitPattern: 16).unsafelyUnwrapped
  nonisolated(unsafe) public private(set) static var limit: UInt32 = 0
  nonisolated(unsafe) public private(set) static var totalCount = 0
  /// Frames in free blocks.
  private static let blocks = Atomic<Int>(0)
  private static var blockCount: Int {
    @inline(__always) get { blocks.load(ordering: .relaxed) }
    @inline(__always) set { blocks.store(newValue, ordering: .relaxed) }
  }
  /// A CPU's own list of single frames. A cache line each.
  private struct Cache {
    var head = none
    var count: UInt32 = 0
    private var padding: InlineArray<7, UInt64> = InlineArray(repeating: 0)
  }
  nonisolated(unsafe) private static var cacheStorage: InlineArray<8, Cache> = InlineArray(repeating: Cache())
  /// Of `cacheStorage`, through a pointer: each CPU touches one element, and not the array.
  nonisolated(unsafe) private static var caches = UnsafeMutablePointer<Cache>(bitPattern: 64).unsafelyUnwrapped
  private static let batch: UInt32 = 16
  private static let cacheLimit: UInt32 = 64
  nonisolated(unsafe) private static var heads: InlineArray<11, UInt32> = InlineArray(repeating: UInt32.max)
  private static let lock = SpinLock<Locks.Frames>()

  /// Bytes of the record table for frames below `limit`.
  public static func tableBytes(limit: UInt32) -> Int { Int(limit) * MemoryLayout<Frame>.stride }

  /// Starts with every frame reserved. Called once, before any other function, with the table's memory.
  public static func initialize(table memory: UnsafeMutableRawPointer, limit: UInt32) {
    table = memory.bindMemory(to: Frame.self, capacity: Int(limit))
    self.limit = limit
    let reserved = Frame(references: 1, kind: .reserved, order: 0, tag: 0, next: none, previous: none)
    table.initialize(repeating: reserved, count: Int(limit))
    totalCount = 0
    blockCount = 0
    caches = withUnsafeMutableBytes(of: &cacheStorage) { $0.baseAddress!.assumingMemoryBound(to: Cache.self) }
    for cpu in 0..<8 { caches[cpu] = Cache() }
    for order in 0...maximumOrder { heads[order] = none }
  }

  /// Hands frames [first, end) to the allocator. They must be reserved.
  public static func donate(_ first: UInt32, _ end: UInt32) {
    var frame = first
    while frame < end {
      var order = min(maximumOrder, frame == 0 ? maximumOrder : frame.trailingZeroBitCount)
      while frame + (1 << UInt32(order)) > end { order -= 1 }
      lock.withLock { insert(frame, order: order) }
      totalCount += 1 << order
      frame += 1 << UInt32(order)
    }
  }

  /// Frames that are free; those in the CPUs' lists count. Exact while no other CPU allocates.
  public static var freeCount: Int {
    var count = blockCount
    for cpu in 0..<8 { count += Int(caches[cpu].count) }
    return count
  }

  /// True when fewer than `count` frames are free in blocks: cheap, and a little pessimistic.
  @inline(__always)
  public static func hasFewer(than count: Int) -> Bool { blockCount < count || FaultInjection.strikes }

  /// Memory is short in earnest: a fault that failed is not worth another try.
  public static var isExhausted: Bool { blockCount < KernelHeap.reserveFrames }

  /// One frame, with one reference and unknown content.
  /// - Throws: ENOMEM.
  @inline(__always)
  public static func allocate() throws(Errno) -> FrameNumber {
    if FaultInjection.strikes { throw .ENOMEM }
    return try allocateForHeap()
  }

  /// The same for the kernel's own objects, which have a reserve and must not fail.
  static func allocateForHeap() throws(Errno) -> FrameNumber {
    let cpu = Int(apus_cpu_index())
    if caches[cpu].count == 0 {
      fill(cpu)
      guard caches[cpu].count > 0 else { throw .ENOMEM }
    }
    let frame = caches[cpu].head
    let record = table + Int(frame)
    caches[cpu].head = record.pointee.next
    caches[cpu].count &-= 1
    setKind(record, .page)
    record.pointee.references = 1
    record.pointee.tag = 0
    return FrameNumber(frame)
  }

  /// One frame of zeros.
  public static func allocateZeroed() throws(Errno) -> FrameNumber {
    let frame = try allocate()
    frame.pointer.initializeMemory(as: UInt64.self, repeating: 0, count: pageSize / 8)
    return frame
  }

  /// 2^order frames in a row, aligned to their size; the head has one reference.
  public static func allocate(order: Int) throws(Errno) -> FrameNumber {
    if order == 0 { return try allocateForHeap() }
    var frame = lock.withLock { take(order: order) }
    if frame == none {
      // What this CPU keeps may complete a block.
      let cpu = Int(apus_cpu_index())
      empty(cpu, downTo: 0)
      frame = lock.withLock { take(order: order) }
    }
    guard frame != none else { throw .ENOMEM }
    return FrameNumber(frame)
  }

  /// One more user of the page.
  @inline(__always)
  public static func retain(_ frame: FrameNumber) {
    _ = apus_atomic_add(&table[Int(frame.rawValue)].references, 1)
  }

  /// One user fewer; the last one frees the block. Returns true when it was freed.
  @discardableResult
  public static func release(_ frame: FrameNumber) -> Bool {
    let record = table + Int(frame.rawValue)
    precondition(record.pointee.kind.rawValue > FrameKind.cached.rawValue)
    let before = apus_atomic_add(&record.pointee.references, -1)
    precondition(before > 0)
    guard before == 1 else { return false }
    if record.pointee.order == 0 {
      keep(frame.rawValue, record)
    } else {
      lock.withLock { merge(frame.rawValue, order: Int(record.pointee.order)) }
    }
    return true
  }

  // MARK: The CPU's own list

  /// Gives back what this CPU keeps for itself: when memory is short, before it halts.
  public static func giveBackKept() { empty(Int(apus_cpu_index()), downTo: 0) }

  @inline(__always)
  private static func keep(_ frame: UInt32, _ record: UnsafeMutablePointer<Frame>) {
    let cpu = Int(apus_cpu_index())
    setKind(record, .cached)
    record.pointee.next = caches[cpu].head
    caches[cpu].head = frame
    caches[cpu].count &+= 1
    if caches[cpu].count > cacheLimit { empty(cpu, downTo: cacheLimit - batch) }
  }

  @inline(never)
  private static func fill(_ cpu: Int) {
    lock.acquire()
    defer { lock.release() }
    while caches[cpu].count < batch {
      let frame = take(order: 0)
      guard frame != none else { return }
      let record = table + Int(frame)
      record.pointee.kind = .cached
      record.pointee.next = caches[cpu].head
      caches[cpu].head = frame
      caches[cpu].count += 1
    }
  }

  @inline(never)
  private static func empty(_ cpu: Int, downTo count: UInt32) {
    lock.acquire()
    defer { lock.release() }
    while caches[cpu].count > count {
      let frame = caches[cpu].head
      caches[cpu].head = table[Int(frame)].next
      caches[cpu].count -= 1
      merge(frame, order: 0)
    }
  }

  // MARK: Frames that go with another one: a list through the records, which begins at the owner's

  /// The owner has none yet.
  public static func startList(of owner: FrameNumber) { table[Int(owner.rawValue)].next = none }

  public static func add(_ frame: FrameNumber, toListOf owner: FrameNumber) {
    table[Int(frame.rawValue)].next = table[Int(owner.rawValue)].next
    table[Int(owner.rawValue)].next = frame.rawValue
  }

  /// Releases the owner and all that go with it.
  public static func releaseList(of owner: FrameNumber) {
    var next = owner.rawValue
    while next != none {
      let frame = next
      next = table[Int(frame)].next
      release(FrameNumber(frame))
    }
  }

  @inline(__always)
  public static func references(_ frame: FrameNumber) -> UInt32 { table[Int(frame.rawValue)].references }

  /// The record of a frame, for the heap and for page owners. Fields other than `kind` and `tag` are the allocator's.
  @inline(__always)
  public static func record(_ frame: FrameNumber) -> UnsafeMutablePointer<Frame> { table + Int(frame.rawValue) }

  /// True for memory that exists (and may be mapped shared or counted).
  @inline(__always)
  public static func isManaged(_ frame: FrameNumber) -> Bool {
    frame.rawValue < limit && table[Int(frame.rawValue)].kind != .reserved
  }

  // MARK: Free lists. Lock held.

  private static func take(order wanted: Int) -> UInt32 {
    var order = wanted
    while order <= maximumOrder, heads[order] == none { order += 1 }
    guard order <= maximumOrder else { return none }
    let frame = heads[order]
    unlink(frame, order: order)
    while order > wanted {
      order -= 1
      insert(frame + (1 << UInt32(order)), order: order)
    }
    let record = table + Int(frame)
    record.pointee.kind = .page
    record.pointee.order = UInt8(wanted)
    record.pointee.references = 1
    record.pointee.tag = 0
    return frame
  }

  /// Whether a frame heads a free block. Only the lock's holder makes or unmakes such; but another CPU may change what
  /// it owns, or keeps, from one kind to another meanwhile.
  @inline(__always)
  private static func isFree(_ frame: UInt32) -> Bool {
    apus_load_byte(UnsafeRawPointer(table + Int(frame)) + kindOffset) == FrameKind.free.rawValue
  }

  @inline(__always)
  private static func setKind(_ record: UnsafeMutablePointer<Frame>, _ kind: FrameKind) {
    apus_store_byte(UnsafeMutableRawPointer(record) + kindOffset, kind.rawValue)
  }

  /// Of `Frame.kind`, which follows the count.
  @inline(__always)
  private static var kindOffset: Int { MemoryLayout<UInt32>.size }

  private static func merge(_ released: UInt32, order start: Int) {
    var frame = released
    var order = start
    while order < maximumOrder {
      let buddy = frame ^ (1 << UInt32(order))
      guard buddy < limit, isFree(buddy), Int(table[Int(buddy)].order) == order else { break }
      unlink(buddy, order: order)
      table[Int(max(frame, buddy))].kind = .inner
      frame = min(frame, buddy)
      order += 1
    }
    insert(frame, order: order)
  }

  private static func insert(_ frame: UInt32, order: Int) {
    let record = table + Int(frame)
    record.pointee.kind = .free
    record.pointee.order = UInt8(order)
    record.pointee.references = 0
    record.pointee.previous = none
    record.pointee.next = heads[order]
    if heads[order] != none { table[Int(heads[order])].previous = frame }
    heads[order] = frame
    blockCount += 1 << order
  }

  private static func unlink(_ frame: UInt32, order: Int) {
    let record = table + Int(frame)
    if record.pointee.previous != none {
      table[Int(record.pointee.previous)].next = record.pointee.next
    } else {
      heads[order] = record.pointee.next
    }
    if record.pointee.next != none { table[Int(record.pointee.next)].previous = record.pointee.previous }
    record.pointee.kind = .inner
    blockCount -= 1 << order
  }
}
