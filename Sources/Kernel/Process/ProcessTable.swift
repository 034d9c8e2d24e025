// Every process and thread by number. Lock: `process_table`; it also guards parents, groups, sessions and thread lists.
//
// A number stays taken while a thread, process, group or session has it: uses are counted. A process that was waited
// for stands here until the reaper comes by, but is not found any more (`isReaped`).

import CMachine
import KernelCore
import LinuxABI

enum ProcessTable {
  static let lock = SpinLock<Locks.ProcessTable>()
  static let limit: Int32 = 32768

  private struct Entry {
    var thread: Unmanaged<Thread>?
    var process: Unmanaged<Process>?
    var uses: Int32 = 0
  }

  nonisolated(unsafe) private static var entries: UnsafeMutablePointer<Entry> =
    UnsafeMutablePointer(bitPattern: 16).unsafelyUnwrapped
  nonisolated(unsafe) private(set) static var processes: [Process] = []
  nonisolated(unsafe) private static var last: Int32 = 0
  static var lastNumber: Int32 { last }
  nonisolated(unsafe) private(set) static var forkCount = 0
  nonisolated(unsafe) private(set) static var threadCount = 0
  /// Parent of orphans.
  nonisolated(unsafe) static var initProcess: Process! = nil

  static func initialize() {
    entries = .allocate(capacity: Int(limit))
    entries.initialize(repeating: Entry(), count: Int(limit))
    AddressSpaces.all = { lock.withLock { processes.compactMap { $0.sharedAddressSpace } } }
  }

  // Lock held for all below.

  // MARK: Numbers

  /// A number that no thread, process, group or session has: for a thread, or to be given back.
  /// - Throws: EAGAIN.
  static func takeNumber() throws(Errno) -> Int32 {
    // As many threads as an eighth of memory holds kernel stacks for.
    guard threadCount < Frames.totalCount / (8 * KernelStack.bytes / pageSize) else { throw .EAGAIN }
    for _ in 1..<limit {
      last = last + 1 < limit ? last + 1 : 2
      if entries[Int(last)].uses == 0 {
        entries[Int(last)].uses = 1
        forkCount += 1
        return last
      }
    }
    throw .EAGAIN
  }

  static func giveBack(_ number: Int32) { entries[Int(number)].uses -= 1 }

  /// A process's group or session has changed.
  static func moveUse(from old: Int32, to new: Int32) {
    entries[Int(old)].uses -= 1
    entries[Int(new)].uses += 1
  }

  // MARK: Processes

  static func add(_ process: Process) {
    for number in [process.pid, process.group, process.session] { entries[Int(number)].uses += 1 }
    entries[Int(process.pid)].process = .passUnretained(process)
    process.tableIndex = processes.count
    processes.append(process)
  }

  static func remove(_ process: Process) {
    guard let index = process.tableIndex else { return }
    process.tableIndex = nil
    let moved = processes.removeLast()
    if moved !== process {
      processes[index] = moved
      moved.tableIndex = index
    }
    entries[Int(process.pid)].process = nil
    for number in [process.pid, process.group, process.session] { entries[Int(number)].uses -= 1 }
  }

  /// A living or zombie process.
  static func process(_ pid: Int32) -> Process? {
    guard pid > 0, pid < limit, let found = entries[Int(pid)].process?.takeUnretainedValue() else { return nil }
    return found.isReaped ? nil : found
  }

  // MARK: Threads

  /// `thread`'s number is one that was taken.
  static func add(_ thread: Thread) {
    threadCount += 1
    entries[Int(thread.tid)].thread = .passUnretained(thread)
  }

  static func remove(_ thread: Thread) {
    threadCount -= 1
    entries[Int(thread.tid)].thread = nil
    giveBack(thread.tid)
  }

  /// Gives a thread another number, of one that has ended; `change` changes it. The process keeps its number's use.
  static func renumber(_ thread: Thread, to tid: Int32, _ change: () -> Void) {
    entries[Int(thread.tid)].thread = nil
    giveBack(thread.tid)
    change()
    entries[Int(tid)].thread = .passUnretained(thread)
    entries[Int(tid)].uses += 1
  }

  static func thread(_ tid: Int32) -> Thread? {
    guard tid > 0, tid < limit else { return nil }
    return entries[Int(tid)].thread?.takeUnretainedValue()
  }
}
