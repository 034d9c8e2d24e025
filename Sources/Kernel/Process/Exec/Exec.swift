// execve(2): a new program in the calling process.

import CMachine
import KernelCore
import LinuxABI
import Tracer

/// What is to be executed, after `#!` lines have been followed.
private struct Program: ~Copyable {
  var file: OpenFile
  var elf: ElfFile
  var interpreter: ElfFile?
  var arguments: ArgumentBlock
}

enum Exec {
  private static let scriptDepth = 5
  private static let scriptLineBytes = 256

  /// Replaces the caller's program. `argv` and `envp` are user vectors; 0 stands for an empty one.
  /// - Throws: as execve(2); the old program goes on.
  static func execute(
    _ file: OpenFile, path: [UInt8], argv: UInt, envp: UInt, caller: Thread, frame: FramePointer
  ) throws(Errno) {
    let loading = Probes.execLoad.begin(caller)
    let program = try load(file, path: path, caller) { (arguments, skipped) throws(Errno) in
      try arguments.appendArguments(argv, from: skipped)
      if arguments.argumentCount == 0 { try arguments.appendArgument([]) }
      try arguments.appendEnvironment(envp)
    }
    Probes.execLoad.end(loading, caller)
    try start(program, path: path, caller: caller, frame: frame)
  }

  /// The same with vectors of the kernel's own, for the first program.
  static func execute(
    _ file: OpenFile, path: [UInt8], arguments list: [[UInt8]], environment: [[UInt8]], caller: Thread,
    frame: FramePointer
  ) throws(Errno) {
    let program = try load(file, path: path, caller) { (arguments, skipped) throws(Errno) in
      for argument in list.dropFirst(skipped) { try arguments.appendArgument(argument) }
      for variable in environment { try arguments.appendEnvironment(variable) }
    }
    try start(program, path: path, caller: caller, frame: frame)
  }

  /// Finds a program by path and checks that it may be executed.
  /// - Throws: EACCES, ENOENT and what the path walk throws.
  static func open(_ path: Name, caller: Thread) throws(Errno) -> OpenFile {
    let context = caller.process.filesystem!
    var walk = try PathWalk(
      path, from: context.workingDirectory, root: context.root, as: caller.process.credentials)
    return try open(try Syscalls.lookUp(caller, &walk), caller: caller)
  }

  static func open(_ inode: Inode, caller: Thread) throws(Errno) -> OpenFile {
    guard inode.mode.type == .regular else { throw .EACCES }
    try caller.process.credentials.check(inode, .execute)
    return ProgramFile(inode)
  }

  // MARK: Scripts and formats

  private static func load(
    _ file: OpenFile, path: [UInt8], _ caller: Thread,
    _ appendRest: (inout ArgumentBlock, Int) throws(Errno) -> Void
  ) throws(Errno) -> Program {
    var arguments = ArgumentBlock()
    var file = file
    var prefix: [[UInt8]] = []
    var scriptPath = path
    var depth = 0
    while let line = try scriptLine(of: file) {
      depth += 1
      guard depth < scriptDepth else { throw .ELOOP }
      prefix = line + [scriptPath] + prefix.dropFirst()
      scriptPath = line[0]
      file = try open(scriptPath, caller)
    }
    let elf = try ElfFile(file)
    for argument in prefix { try arguments.appendArgument(argument) }
    try appendRest(&arguments, prefix.isEmpty ? 0 : 1)
    var interpreter: ElfFile? = nil
    if let name = elf.interpreter { interpreter = try ElfFile(try open(name, caller)) }
    return Program(file: file, elf: elf, interpreter: interpreter, arguments: arguments)
  }

  private static func open(_ path: [UInt8], _ caller: Thread) throws(Errno) -> OpenFile {
    guard !path.isEmpty else { throw .ENOENT }
    return try path.withUnsafeBytesTyped { (bytes) throws(Errno) in try open(Name(bytes), caller: caller) }
  }

  /// The words of a `#!` line: the interpreter and at most one argument; nil for other files.
  private static func scriptLine(of file: OpenFile) throws(Errno) -> [[UInt8]]? {
    let head = try KernelBuffer(readingUpTo: scriptLineBytes, of: file, at: 0)
    guard head.count > 2, head.load(0, as: UInt16.self) == 0x2123 else { return nil }
    var line: [UInt8] = []
    var index = 2
    while index < head.count, head.load(index, as: UInt8.self) != 10 {
      line.append(head.load(index, as: UInt8.self))
      index += 1
    }
    guard index < head.count || head.count < scriptLineBytes else { throw .ENOEXEC }
    return try words(of: line)
  }

  private static func words(of line: [UInt8]) throws(Errno) -> [[UInt8]] {
    let isBlank: (UInt8) -> Bool = { $0 == 32 || $0 == 9 }
    var start = 0
    while start < line.count, isBlank(line[start]) { start += 1 }
    var end = line.count
    while end > start, isBlank(line[end - 1]) { end -= 1 }
    guard end > start else { throw .ENOEXEC }
    var split = start
    while split < end, !isBlank(line[split]) { split += 1 }
    var rest = split
    while rest < end, isBlank(line[rest]) { rest += 1 }
    let interpreter = [UInt8](line[start..<split])
    return rest < end ? [interpreter, [UInt8](line[rest..<end])] : [interpreter]
  }

  // MARK: The new program

  private static func start(
    _ program: consuming Program, path: [UInt8], caller: Thread, frame: FramePointer
  ) throws(Errno) {
    let building = Probes.execImage.begin(caller)
    let image = try ProgramImage(
      program.elf, interpreter: program.interpreter, arguments: program.arguments, path: path, caller: caller)
    Probes.execImage.end(building, caller)
    let replacing = Probes.execReplace.begin(caller)
    defer { Probes.execReplace.end(replacing, caller) }
    let process = caller.process
    try process.unshareFiles()  // the last that can fail for want of memory
    try caller.endOtherThreads()
    caller.settleWithMemory()
    process.applyLimits(to: image.space)
    let old = process.replaceAddressSpace(image.space)
    process.finishVfork()
    let oldProgram = process.executable
    process.lock.withLock { process.executable = program.file }
    process.name = ProcessName(lastComponentOf: path)
    process.argumentRange = image.argumentRange
    process.environmentRange = image.environmentRange
    process.hasExeced = true
    process.isDumpable = true
    process.unshareForExec(program.file.inode)
    caller.resetForExec()
    Probes.threadNamed(caller)
    Probes.programStarted(caller, path: path, base: image.programBase, code: image.programCode)
    setRegisters(frame, image)
    CommandCost.start(process)
    _ = oldProgram
    _ = old  // the old program's memory goes here
  }

  private static func setRegisters(_ frame: FramePointer, _ image: ProgramImage) {
    frame.pointee = TrapFrame()
    frame.pointee.rip = UInt64(image.entry)
    frame.pointee.rsp = UInt64(image.stackPointer)
    frame.pointee.cs = Descriptors.userCode
    frame.pointee.ss = Descriptors.userData
    frame.pointee.rflags = 0x202
  }
}

extension Process {
  /// A table of files shared with another process is copied: exec closes some.
  /// - Throws: ENOMEM.
  fileprivate func unshareFiles() throws(Errno) {
    guard !isKnownUniquelyReferenced(&files) else { return }
    let shared: FileTable = files
    let copy = try shared.fork()
    lock.withLock { files = copy }
  }

  /// Handlers and close-on-exec files of the old program go.
  fileprivate func unshareForExec(_ program: Inode) {
    if !isKnownUniquelyReferenced(&actions) { actions = SignalActions(copying: actions) }
    actions.resetHandlers()
    files.closeForExec()
    timers.deleteAll()
    takeIDs(of: program)
    credentials.suid = credentials.euid
    credentials.sgid = credentials.egid
  }
}

extension Process {
  /// Set-user-id and set-group-id programs (execve(2)).
  private func takeIDs(of program: Inode) {
    guard !hasNoNewPrivileges, !program.filesystem.flags.contains(.noSetUserID) else { return }
    let mode = program.mode
    if mode.contains(.setUserID) { (credentials.euid, credentials.fsuid) = (program.uid, program.uid) }
    if mode.isSuperset(of: [.setGroupID, .groupExecute]) {
      (credentials.egid, credentials.fsgid) = (program.gid, program.gid)
    }
  }
}

extension Thread {
  fileprivate func resetForExec() {
    resetUserState()
    threadPointer = 0
    signalStack = SignalStack()
    clearTIDAddress = 0
    robustList = 0
    loadUserState()
  }

  /// exec leaves one thread, which has the process's number from then on: the others are told to end, and waited for.
  /// - Throws: EAGAIN when another thread is doing the same, or the process is ended.
  fileprivate func endOtherThreads() throws(Errno) {
    guard process.isMultithreaded else { return }
    try ProcessTable.lock.withLock { () throws(Errno) in
      guard !process.isDroppingThreads, !isKilled else { throw .EAGAIN }
      process.isDroppingThreads = true
      for other in process.threads where other !== self {
        other.isExiting = true
        other.needsAttention = true
        Scheduler.resume(other)
        Scheduler.wake(other)
        Scheduler.kick(other)
      }
    }
    sleepThroughSignals(on: process.threadGone) { ProcessTable.lock.withLock { process.threads.count == 1 } }
    ProcessTable.lock.withLock {
      process.isDroppingThreads = false
      process.isMultithreaded = false
      if tid != process.pid { becomeLeader() }
    }
    ownName = nil
  }
}

extension Array where Element == UInt8 {
  /// `withUnsafeBytes` with typed throws.
  func withUnsafeBytesTyped<Result>(
    _ body: (UnsafeRawBufferPointer) throws(Errno) -> Result
  ) throws(Errno) -> Result {
    try withUnsafeBufferPointer { (buffer) throws(Errno) in try body(UnsafeRawBufferPointer(buffer)) }
  }
}
