// Threads of the kernel itself: each is a process of its own, as ps shows them; they see no user memory and never return
// to user mode.

import KernelCore
import LinuxABI

enum KernelThread {
  /// Starts a thread that runs `entry`.
  /// - Throws: ENOMEM, EAGAIN.
  static func start(name: StaticString, _ entry: @escaping () -> Void) throws(Errno) {
    let tid = try ProcessTable.lock.withLock { () throws(Errno) in try ProcessTable.takeNumber() }
    let process = Process(
      pid: tid, parent: nil, addressSpace: nil, files: try FileTable(capacity: 1), filesystem: nil,
      credentials: Credentials(), actions: SignalActions(), name: ProcessName(name))
    process.isKernel = true
    let thread = try Thread(tid: tid, process: process, cpu: nil, kernelEntry: entry)
    process.threads.append(thread)
    ProcessTable.lock.withLock {
      ProcessTable.add(process)
      ProcessTable.add(thread)
    }
    thread.prepareFirstSwitch()
    Probes.threadNamed(thread)
    _ = Unmanaged.passRetained(thread)
    _ = Unmanaged.passRetained(process)
    Scheduler.enqueue(thread, on: thread.cpu)
  }
}
