// A pipe: a ring of pages between writers and readers.
//
// `head` and `tail` count bytes read and written; the byte at position p lies in slot (p / pageSize) of the ring, whose
// size is a power of two of pages. Pages come with the first byte and stay until the pipe goes. Lock: `lock` (class
// pipe), held across user copies, which it may be: its rank is below the address space's. Waiting is the caller's
// business: EAGAIN, then `readQueue` or `writeQueue`.

import CMachine
import LinuxABI

public final class Pipe {
  private let lock = SpinLock<Locks.Pipe>()
  private var slots: UnsafeMutablePointer<UInt32>
  private var slotCount: Int
  private var head = 0
  private var tail = 0
  private var readers = 0
  private var writers = 0
  /// How often an end was opened, ever: a blocking open waits for a change.
  private(set) var readerOpens = 0
  private(set) var writerOpens = 0
  public let readQueue = WaitQueue()
  public let writeQueue = WaitQueue()
  private static let initialSlots = 16
  /// /proc/sys/fs/pipe-max-size.
  private static let maximumCapacity = 1 << 20

  /// - Throws: ENOMEM.
  public init() throws(Errno) {
    slotCount = Self.initialSlots
    slots = try Self.makeSlots(slotCount)
  }

  deinit {
    freePages()
    RawMemory.free(slots)
  }

  /// Bytes that the ring holds.
  public var capacity: Int { slotCount * pageSize }
  /// Bytes waiting to be read.
  public var count: Int { lock.withLock { tail - head } }

  // MARK: Ends

  func open(_ flags: OpenFlags) {
    lock.withLock {
      if flags.isReadable {
        readers += 1
        readerOpens += 1
      }
      if flags.isWritable {
        writers += 1
        writerOpens += 1
      }
    }
    wakeBoth()
  }

  func close(_ flags: OpenFlags) {
    lock.withLock {
      if flags.isReadable { readers -= 1 }
      if flags.isWritable { writers -= 1 }
      if readers == 0 && writers == 0 { (head, tail) = (0, 0) }
    }
    wakeBoth()
  }

  var hasReaders: Bool { lock.withLock { readers > 0 } }
  var hasWriters: Bool { lock.withLock { writers > 0 } }

  private func wakeBoth() {
    readQueue.wakeAll()
    writeQueue.wakeAll()
  }

  // MARK: Transfer

  /// Takes what is there. At the end (no writers) nothing moves.
  /// - Throws: EAGAIN when the pipe is empty.
  func read(_ transfer: inout UserTransfer) throws(Errno) {
    guard transfer.remaining > 0 else { return }
    let before = transfer.transferred
    let isAtEnd = lock.withLock {
      takeBytes(&transfer)
      return writers == 0
    }
    if transfer.transferred > before {
      writeQueue.wakeAll()
    } else if !isAtEnd && !transfer.faulted {
      throw .EAGAIN
    }
  }

  /// Adds bytes; at most PIPE_BUF of them go in together or not at all.
  /// - Throws: EPIPE without readers; EAGAIN when not all bytes found room (some may have); ENOMEM.
  func write(_ transfer: inout UserTransfer) throws(Errno) {
    guard transfer.remaining > 0 else { return }
    let before = transfer.transferred
    defer { if transfer.transferred > before { readQueue.wakeAll() } }
    lock.acquire()
    defer { lock.release() }
    guard readers > 0 else { throw .EPIPE }
    let isAtomic = transfer.transferred == 0 && transfer.remaining <= PathLimit.pipeAtomic
    if isAtomic && capacity - (tail - head) < transfer.remaining { throw .EAGAIN }
    try putBytes(&transfer)
    if transfer.remaining > 0 && !transfer.faulted { throw .EAGAIN }
  }

  private func takeBytes(_ transfer: inout UserTransfer) {
    while head != tail, transfer.remaining > 0 {
      let start = head & (pageSize - 1)
      let count = min(pageSize - start, tail - head, transfer.remaining)
      let copied = transfer.copyOut(slot(head).pointer + start, count)
      head += copied
      if copied < count { break }
    }
    // An empty pipe starts again at its first page, so that small messages keep to one.
    if head == tail { (head, tail) = (0, 0) }
  }

  private func putBytes(_ transfer: inout UserTransfer) throws(Errno) {
    while tail - head < capacity, transfer.remaining > 0 {
      let start = tail & (pageSize - 1)
      let count = min(pageSize - start, capacity - (tail - head), transfer.remaining)
      let copied = transfer.copyIn(try filledSlot(tail).pointer + start, count)
      tail += copied
      if copied < count { return }
    }
  }

  // MARK: Readiness

  func pollReader(writersSeen: Int) -> PollEvents {
    lock.withLock {
      var result: PollEvents = head != tail ? .readable : []
      if writers == 0 && writerOpens != writersSeen { result.insert(.hangUp) }
      return result
    }
  }

  func pollWriter() -> PollEvents {
    lock.withLock {
      var result: PollEvents = capacity - (tail - head) >= PathLimit.pipeAtomic ? .writable : []
      if readers == 0 { result.insert(.error) }
      return result
    }
  }

  // MARK: Size

  /// F_SETPIPE_SZ. Returns the size given: whole pages, a power of two of them.
  /// - Throws: EINVAL, EPERM beyond the system's limit, EBUSY when what is in the pipe does not fit, ENOMEM.
  public func resize(to wanted: Int) throws(Errno) -> Int {
    guard wanted >= 0, wanted <= 1 << 31 else { throw .EINVAL }
    guard wanted <= Self.maximumCapacity else { throw .EPERM }
    var count = 1
    while count * pageSize < wanted { count *= 2 }
    let larger = try Self.makeSlots(count)
    lock.acquire()
    defer { lock.release() }
    do throws(Errno) {
      try move(to: larger, count)
    } catch {
      RawMemory.free(larger)
      throw error
    }
    return capacity
  }

  /// Moves the pages in use to another ring; the rest go.
  private func move(to target: UnsafeMutablePointer<UInt32>, _ count: Int) throws(Errno) {
    let firstPage = head / pageSize
    let pages = head == tail ? 0 : (tail - 1) / pageSize - firstPage + 1
    guard pages <= count, tail - head <= count * pageSize else { throw .EBUSY }
    for index in 0..<pages {
      let old = (firstPage + index) & (slotCount - 1)
      target[index] = slots[old]
      slots[old] = 0
    }
    freePages()
    RawMemory.free(slots)
    (slots, slotCount) = (target, count)
    (head, tail) = (head - firstPage * pageSize, tail - firstPage * pageSize)
  }

  // MARK: Pages. Lock held.

  @inline(__always)
  private func slot(_ position: Int) -> FrameNumber { FrameNumber(slots[position / pageSize & (slotCount - 1)]) }

  @inline(__always)
  private func filledSlot(_ position: Int) throws(Errno) -> FrameNumber {
    let index = position / pageSize & (slotCount - 1)
    if slots[index] == 0 { slots[index] = try FilePages.allocate().rawValue }
    return FrameNumber(slots[index])
  }

  private func freePages() {
    for index in 0..<slotCount where slots[index] != 0 { Frames.release(FrameNumber(slots[index])) }
  }

  private static func makeSlots(_ count: Int) throws(Errno) -> UnsafeMutablePointer<UInt32> {
    let slots = try RawMemory.allocate(UInt32.self, count: count)
    slots.initialize(repeating: 0, count: count)
    return slots
  }
}
