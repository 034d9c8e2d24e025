// Process 1: starts the first program, reaps orphans, ends the machine.
//
// With `run=FILE` on the boot line it is a kernel thread: FILE holds a command (NUL-terminated words) which runs as a
// child, with the console as its terminal; its end is reported to the host. Otherwise process 1 is the program that
// `init=` names, or the first there is of /init, /sbin/init, /bin/sh.

import CMachine
import KernelCore
import LinuxABI

enum InitProcess {
  /// The process whose end ends the machine.
  nonisolated(unsafe) private static var commandPID: Int32 = 1
  nonisolated(unsafe) private static var report: (status: WaitStatus, ticks: UInt64)? = nil

  private static let environment: [StaticString] = [
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "TERM=linux", "PWD=/",
  ]

  /// Makes process 1 and lets it run. The root file system is there.
  static func start() {
    do throws(Errno) {
      if let file = BootLine.value(of: "run") { try startSupervisor(file) } else { try startProgram() }
    } catch { Panic.stop("cannot start process 1") }
  }

  /// Called when a process has ended, by its last thread.
  static func noteEnd(of process: Process, _ status: WaitStatus, ticks: UInt64) {
    guard process.pid == commandPID else { return }
    report = (status, ticks)
    if process.pid == 1 { endMachine() }
  }

  /// Tells the host how the command ended, and powers off.
  static func endMachine() -> Never {
    Interprocessor.haltOthers()
    TraceLine.flush()
    if let report {
      if report.status.isExit {
        HostReport.line("exit", UInt64(report.status.exitCode))
      } else {
        HostReport.line("signal", UInt64(report.status.terminatingSignal))
      }
      HostReport.line("ticks", report.ticks)
    } else {
      HostReport.line("poweroff")
    }
    HostReport.powerOff(code: 0)
  }

  // MARK: A command under a supervisor

  private static func startSupervisor(_ file: [UInt8]) throws(Errno) {
    let supervisor = try makeProcess(name: "init", parent: nil)
    ProcessTable.initProcess = supervisor
    _ = try makeThread(supervisor, kernelEntry: supervise)
    let command = try makeProcess(name: "command", parent: supervisor)
    commandPID = command.pid
    _ = try ProcessGroups.startSession(command)
    let words = try readCommand(file, supervisor)
    let thread = try makeThread(command, kernelEntry: nil)
    thread.startup = { execute(words[0], words) }
    launch(thread)
    launch(supervisor.threads[0])
  }

  private static func supervise() {
    let thread = Thread.current
    while report == nil {
      do throws(Errno) { _ = try Wait.wait(.any, .exited, caller: thread) } catch { Scheduler.yield() }
    }
    endMachine()
  }

  private static func readCommand(_ path: [UInt8], _ process: Process) throws(Errno) -> [[UInt8]] {
    let file = try path.withUnsafeBytesTyped { (bytes) throws(Errno) in
      let context = process.filesystem!
      var walk = try PathWalk(Name(bytes), from: context.root, root: context.root, as: process.credentials)
      return try walk.resolve().open([])
    }
    let buffer = try KernelBuffer(readingUpTo: 1 << 20, of: file, at: 0)
    var words: [[UInt8]] = []
    var word: [UInt8] = []
    for index in 0..<buffer.count {
      let byte = buffer.load(index, as: UInt8.self)
      if byte == 0 {
        words.append(word)
        word = []
      } else {
        word.append(byte)
      }
    }
    guard !words.isEmpty else { throw .ENOENT }
    return words
  }

  // MARK: A program as process 1

  private static func startProgram() throws(Errno) {
    let process = try makeProcess(name: "init", parent: nil)
    ProcessTable.initProcess = process
    let thread = try makeThread(process, kernelEntry: nil)
    thread.startup = {
      if let path = BootLine.value(of: "init") { return execute(path, [path]) }
      for candidate: StaticString in ["/init", "/sbin/init", "/bin/sh"] {
        let path = bytes(candidate)
        if tryExecute(path, [path]) == nil { return }
      }
      Panic.stop("no init found; try init= on the boot line")
    }
    launch(thread)
  }

  // MARK: Parts

  private static func makeProcess(name: StaticString, parent: Process?) throws(Errno) -> Process {
    let pid = try ProcessTable.lock.withLock { () throws(Errno) in try ProcessTable.takeNumber() }
    let process = Process(
      pid: pid, parent: parent, addressSpace: nil, files: try FileTable(),
      filesystem: FilesystemContext(root: MountTable.root!), credentials: Credentials(), actions: SignalActions(),
      name: ProcessName(name))
    ProcessTable.lock.withLock {
      ProcessTable.add(process)
      if let parent { parent.children.append(process) } else { _ = Unmanaged.passRetained(process) }
    }
    return process
  }

  private static func makeThread(_ process: Process, kernelEntry: (() -> Void)?) throws(Errno) -> Thread {
    let thread = try Thread(tid: process.pid, process: process, cpu: nil, kernelEntry: kernelEntry)
    process.threads.append(thread)
    ProcessTable.lock.withLock { ProcessTable.add(thread) }
    thread.prepareFirstSwitch()
    Probes.threadNamed(thread)
    return thread
  }

  private static func launch(_ thread: Thread) {
    _ = Unmanaged.passRetained(thread)
    Scheduler.enqueue(thread, on: thread.cpu)
  }

  /// Executes a program on the calling thread's way to user mode, with the console as standard streams.
  private static func execute(_ path: [UInt8], _ words: [[UInt8]]) {
    guard let error = tryExecute(path, words) else { return }
    path.withUnsafeBufferPointer {
      Console.line(.literal("apus: cannot execute "), .bytes($0), .literal(": errno "), .decimal(Int(error.rawValue)))
    }
    Thread.current.process.endAll(.exited(error == .ENOENT ? 127 : 126))
  }

  private static func tryExecute(_ path: [UInt8], _ words: [[UInt8]]) -> Errno? {
    do throws(Errno) {
      let thread = Thread.current
      try openConsole(thread)
      let (file, found) = try find(path, thread)
      try Exec.execute(
        file, path: found, arguments: words, environment: environment.map { bytes($0) }, caller: thread,
        frame: thread.userFrame)
      Legacy.startFailures()
      return nil
    } catch { return error }
  }

  /// A command without a slash is looked up in PATH's directories.
  private static func find(_ path: [UInt8], _ thread: Thread) throws(Errno) -> (OpenFile, [UInt8]) {
    if path.contains(UInt8(ascii: "/")) { return (try open(path, thread), path) }
    for directory: StaticString in ["/usr/local/bin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"] {
      let candidate = bytes(directory) + path
      do throws(Errno) { return (try open(candidate, thread), candidate) } catch {
        if error != .ENOENT { throw error }
      }
    }
    throw .ENOENT
  }

  private static func open(_ path: [UInt8], _ thread: Thread) throws(Errno) -> OpenFile {
    try path.withUnsafeBytesTyped { (raw) throws(Errno) in try Exec.open(Name(raw), caller: thread) }
  }

  /// Descriptors 0, 1 and 2 on /dev/console, which becomes the session's terminal.
  private static func openConsole(_ thread: Thread) throws(Errno) {
    guard thread.process.files.next(from: 0) == nil else { return }
    let file = try ConsoleTerminal.open(for: thread.process)
    for _ in 0..<3 { _ = try thread.process.files.install(file) }
  }

  private static func bytes(_ text: StaticString) -> [UInt8] {
    [UInt8](UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
