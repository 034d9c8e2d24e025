// poll(2) and select(2).
//
// The first scan takes no queue: most calls find something ready. Only when nothing is does the thread enter the queues
// of all its files, with one wait entry each, and scan again at every wake-up.

import CMachine
import KernelCore
import LinuxABI

extension Syscalls {
  static func poll(_ caller: Thread, _ list: UInt, _ count: UInt32, _ milliseconds: Int32) throws(Errno) -> Int {
    // A call that only asks needs no clock.
    if milliseconds == 0 { return try poll(caller, list, count, UInt64(0)) }
    let duration = milliseconds < 0 ? nil : UInt64(milliseconds) * 1_000_000
    return try poll(caller, list, count, duration.map { Clock.monotonic() &+ $0 })
  }

  static func ppoll(
    _ caller: Thread, _ list: UInt, _ count: UInt32, _ timeout: UserPointer<Timespec>, _ mask: UInt, _ maskSize: UInt
  ) throws(Errno) -> Int {
    let deadline = try deadline(timeout)
    let isMasked = try exchangeMask(caller, mask, maskSize)
    do throws(Errno) {
      let result = try poll(caller, list, count, deadline)
      if isMasked { restoreMask(caller) }
      try storeRemaining(timeout, deadline)
      return result
    } catch {
      if isMasked && error != .restartIfNoHandler { restoreMask(caller) }
      throw error
    }
  }

  private static func poll(_ caller: Thread, _ list: UInt, _ count: UInt32, _ deadline: UInt64?) throws(Errno) -> Int {
    guard try caller.withFiles({ (files: FileTable) throws(Errno) in Int(count) <= files.limit }) else {
      throw .EINVAL
    }
    // A few entries need no memory of their own.
    if count <= 8 {
      var words: InlineArray<8, UInt64> = InlineArray(repeating: 0)
      return try withUnsafeMutablePointer(to: &words) { (base) throws(Errno) in
        let entries = UnsafeMutableRawPointer(base).assumingMemoryBound(to: PollFD.self)
        return try poll(caller, list, Int(count), deadline, entries)
      }
    }
    let entries = try RawMemory.allocate(PollFD.self, count: Int(count))
    defer { RawMemory.free(entries) }
    return try poll(caller, list, Int(count), deadline, entries)
  }

  private static func poll(
    _ caller: Thread, _ list: UInt, _ count: Int, _ deadline: UInt64?, _ entries: UnsafeMutablePointer<PollFD>
  ) throws(Errno) -> Int {
    try UserMemory.copyIn(from: list, to: entries, count: count * MemoryLayout<PollFD>.stride)
    let ready = try wait(caller, deadline, UnsafeMutableBufferPointer(start: entries, count: count))
    for index in 0..<count {
      let place = list + UInt(index * MemoryLayout<PollFD>.stride + 6)
      try UserPointer<PollEvents>(place).store(entries[index].returned)
    }
    return ready
  }

  /// Scans until something is ready or the time is over. Returns how many entries are.
  static func wait(
    _ caller: Thread, _ deadline: UInt64?, _ entries: UnsafeMutableBufferPointer<PollFD>
  ) throws(Errno) -> Int {
    let files = caller.process.files!
    let deadline = caller.takeResumeDeadline() ?? deadline
    let ready = scan(files, entries)
    if ready > 0 { return ready }
    if let deadline, deadline <= Clock.monotonic() { return 0 }
    let queues = PollQueues(caller, files, entries)
    defer { queues.leave() }
    do throws(Errno) {
      return try caller.sleep(deadline: deadline) { () throws(Errno) -> Int? in
        let ready = scan(files, entries)
        return ready > 0 ? ready : nil
      }
    } catch {
      switch error {
      case .ETIMEDOUT: return 0
      case .restart:
        caller.resumeDeadline = deadline
        throw .restartIfNoHandler
      default: throw error
      }
    }
  }

  private static func scan(_ files: FileTable, _ entries: UnsafeMutableBufferPointer<PollFD>) -> Int {
    var ready = 0
    for index in 0..<entries.count {
      entries[index].returned = events(files, entries[index])
      if !entries[index].returned.isEmpty { ready += 1 }
    }
    return ready
  }

  private static func events(_ files: FileTable, _ entry: PollFD) -> PollEvents {
    guard entry.descriptor >= 0 else { return [] }
    if apus_key_switch_irq_locks() { Legacy.lockWithoutInterrupts(files) }
    do throws(Errno) {
      return try files.withFile(entry.descriptor) { (file: OpenFile) throws(Errno) in
        file.poll().intersection(entry.events.union(.unconditional))
      }
    } catch { return .invalid }
  }

  // MARK: Time

  private static func deadline(_ timeout: UserPointer<Timespec>) throws(Errno) -> UInt64? {
    guard !timeout.isNull else { return nil }
    guard let duration = try timeout.load().duration else { throw .EINVAL }
    let (sum, overflow) = Clock.monotonic().addingReportingOverflow(duration)
    return overflow ? .max : sum
  }

  /// Linux writes back what is left of the time.
  private static func storeRemaining(_ timeout: UserPointer<Timespec>, _ deadline: UInt64?) throws(Errno) {
    guard let deadline else { return }
    let now = Clock.monotonic()
    try timeout.store(Timespec(totalNanoseconds: deadline > now ? deadline - now : 0))
  }

  // MARK: select

  static func select(
    _ caller: Thread, _ count: Int32, _ reads: UInt, _ writes: UInt, _ exceptions: UInt,
    _ timeout: UserPointer<Timeval>
  ) throws(Errno) -> Int {
    guard !timeout.isNull else { return try select(caller, count, reads, writes, exceptions, deadline: nil) }
    let given = try timeout.load()
    guard given.seconds >= 0, given.microseconds >= 0 else { throw .EINVAL }
    // More than a second of microseconds is carried over, as Linux does.
    let whole = given.seconds &+ given.microseconds / 1_000_000
    let time = Timespec(seconds: whole, nanoseconds: given.microseconds % 1_000_000 * 1000)
    let (sum, overflow) = Clock.monotonic().addingReportingOverflow(time.duration ?? .max)
    let deadline = overflow ? UInt64.max : sum
    let result = try select(caller, count, reads, writes, exceptions, deadline: deadline)
    let now = Clock.monotonic()
    let left = Timespec(totalNanoseconds: deadline > now ? deadline - now : 0)
    try timeout.store(Timeval(seconds: left.seconds, microseconds: left.nanoseconds / 1000))
    return result
  }

  /// The sixth argument points at the address and size of a signal mask.
  static func pselect6(
    _ caller: Thread, _ count: Int32, _ reads: UInt, _ writes: UInt, _ exceptions: UInt,
    _ timeout: UserPointer<Timespec>, _ maskArgument: UserPointer<UInt>
  ) throws(Errno) -> Int {
    let deadline = try deadline(timeout)
    var isMasked = false
    if !maskArgument.isNull {
      isMasked = try exchangeMask(caller, maskArgument.load(), maskArgument.advanced(by: 1).load())
    }
    do throws(Errno) {
      let result = try select(caller, count, reads, writes, exceptions, deadline: deadline)
      if isMasked { restoreMask(caller) }
      try storeRemaining(timeout, deadline)
      return result
    } catch {
      if isMasked && error != .restartIfNoHandler { restoreMask(caller) }
      throw error
    }
  }

  private static func select(
    _ caller: Thread, _ count: Int32, _ reads: UInt, _ writes: UInt, _ exceptions: UInt, deadline: UInt64?
  ) throws(Errno) -> Int {
    guard count >= 0 else { throw .EINVAL }
    // Numbers beyond the limit cannot be open; Linux looks no further either.
    let files = caller.process.files!
    var sets = try SelectSets(count: min(Int(count), max(files.size, files.limit)), reads, writes, exceptions)
    defer { sets.free() }
    if apus_key_switch_irq_locks() { Legacy.lockWithoutInterrupts(files) }
    for entry in sets.entries {
      try caller.withFile(entry.descriptor) { (_: OpenFile) throws(Errno) in }
    }
    _ = try wait(caller, deadline, sets.entries)
    return try sets.store()
  }
}
