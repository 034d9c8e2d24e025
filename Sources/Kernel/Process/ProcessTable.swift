// Every process and thread by number. Lock: `process_table`; it also guards the family links of all processes.

import CMachine
import KernelCore
import LinuxABI

enum ProcessTable {
  static let lock = SpinLock(apus_lock_process_table)
  static let limit: Int32 = 32768

  nonisolated(unsafe) private static var threads: UnsafeMutablePointer<Unmanaged<Thread>?> =
    UnsafeMutablePointer(bitPattern: 16).unsafelyUnwrapped
  nonisolated(unsafe) private(set) static var processes: [Process] = []
  nonisolated(unsafe) private static var last: Int32 = 0
  static var lastNumber: Int32 { last }
  nonisolated(unsafe) private(set) static var forkCount = 0
  nonisolated(unsafe) private(set) static var threadCount = 0
  /// Parent of orphans.
  nonisolated(unsafe) static var initProcess: Process! = nil

  static func initialize() {
    threads = .allocate(capacity: Int(limit))
    threads.initialize(repeating: nil, count: Int(limit))
  }

  /// A number that no thread, process, group or session has. Lock held.
  /// - Throws: EAGAIN.
  static func takeNumber() throws(Errno) -> Int32 {
    // As many threads as an eighth of memory holds kernel stacks for.
    guard threadCount < Frames.totalCount / (8 * KernelStack.bytes / pageSize) else { throw .EAGAIN }
    for _ in 1..<limit {
      last = last + 1 < limit ? last + 1 : 2
      if threads[Int(last)] == nil, !isGroupOrProcess(last) {
        forkCount += 1
        return last
      }
    }
    throw .EAGAIN
  }

  private static func isGroupOrProcess(_ number: Int32) -> Bool {
    for process in processes where process.pid == number || process.group == number || process.session == number {
      return true
    }
    return false
  }

  // Lock held for all below.

  static func add(_ process: Process) { processes.append(process) }

  static func remove(_ process: Process) {
    guard let index = processes.firstIndex(where: { $0 === process }) else { return }
    processes.swapAt(index, processes.count - 1)
    processes.removeLast()
  }

  static func add(_ thread: Thread) {
    threadCount += 1
    threads[Int(thread.tid)] = Unmanaged.passUnretained(thread)
  }

  static func remove(_ thread: Thread) {
    threadCount -= 1
    threads[Int(thread.tid)] = nil
  }

  /// Gives a thread another number; `change` changes it.
  static func renumber(_ thread: Thread, to tid: Int32, _ change: () -> Void) {
    threads[Int(thread.tid)] = nil
    change()
    threads[Int(tid)] = Unmanaged.passUnretained(thread)
  }

  static func thread(_ tid: Int32) -> Thread? {
    guard tid > 0, tid < limit else { return nil }
    return threads[Int(tid)]?.takeUnretainedValue()
  }

  /// A living or zombie process.
  static func process(_ pid: Int32) -> Process? {
    if let process = thread(pid)?.process, process.pid == pid { return process }
    for process in processes where process.pid == pid { return process }
    return nil
  }
}
