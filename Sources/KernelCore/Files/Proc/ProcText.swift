// The text files of /proc. The text is rendered when a read starts at the beginning and then kept by the open file, so
// that a reader in small steps sees one state.

import LinuxABI

/// Which text.
enum ProcTextKind {
  case meminfo, stat, uptime, version, loadavg, filesystems, cpuinfo
  case hostname, osrelease, ostype, kernelVersion, pidMax
  case fileMax, pipeMaxSize, openMax, lockCounters
  case processStat, processStatm, processStatus, commandLine, commandName, environment, maps, mounts

  static let systemFiles: [(StaticString, ProcTextKind)] = [
    ("meminfo", .meminfo), ("stat", .stat), ("uptime", .uptime), ("version", .version), ("loadavg", .loadavg),
    ("filesystems", .filesystems), ("cpuinfo", .cpuinfo), ("lock_stat", .lockCounters),
  ]
  static let kernelSettings: [(StaticString, ProcTextKind)] = [
    ("hostname", .hostname), ("osrelease", .osrelease), ("ostype", .ostype), ("version", .kernelVersion),
    ("pid_max", .pidMax),
  ]
  static let fileSettings: [(StaticString, ProcTextKind)] = [
    ("file-max", .fileMax), ("pipe-max-size", .pipeMaxSize), ("nr_open", .openMax),
  ]
  static let processFiles: [(name: StaticString, kind: ProcTextKind)] = [
    ("stat", .processStat), ("statm", .processStatm), ("status", .processStatus), ("cmdline", .commandLine),
    ("comm", .commandName), ("environ", .environment), ("maps", .maps), ("mounts", .mounts),
  ]

  /// Only its owner may read the environment.
  var permissions: UInt32 { self == .environment ? 0o400 : 0o444 }
}

final class ProcText: Inode {
  private let kind: ProcTextKind
  private let pid: Int32
  /// 0 for the process.
  private let thread: Int32

  init(
    _ filesystem: ProcFilesystem, _ kind: ProcTextKind, _ pid: Int32 = 0, thread: Int32 = 0, number: UInt64? = nil,
    owner: Inode? = nil
  ) {
    self.kind = kind
    self.pid = pid
    self.thread = thread
    super.init(
      filesystem, mode: FileMode(.regular, kind.permissions), uid: owner?.uid ?? 0, gid: owner?.gid ?? 0,
      number: number)
  }

  override func open(_ flags: OpenFlags) throws(Errno) -> OpenFile {
    if flags.isWritable { throw .EACCES }
    return ProcTextFile(self, flags)
  }

  override func truncate(to size: Int64) throws(Errno) { throw .EPERM }

  /// - Throws: ESRCH when the process has gone; ENOMEM.
  fileprivate func render(_ text: inout TextBuffer) throws(Errno) {
    let inspector = unsafeDowncast(filesystem, to: ProcFilesystem.self).inspector
    if pid == 0 {
      SystemText.render(kind, inspector, &text)
    } else {
      let found = thread == 0 ? inspector.details(pid) : inspector.details(pid, thread: thread)
      guard let details = found else { throw .ESRCH }
      ProcessText.render(kind, details, inspector, &text)
    }
    if text.isShort { throw .ENOMEM }
  }
}

final class ProcTextFile: OpenFile {
  private let source: ProcText
  private var text = TextBuffer()

  init(_ inode: ProcText, _ flags: OpenFlags) {
    source = inode
    super.init(inode, flags)
  }

  override func read(_ transfer: inout UserTransfer) throws(Errno) {
    let before = transfer.transferred
    try read(&transfer, at: offset)
    offset += Int64(transfer.transferred - before)
  }

  override func read(_ transfer: inout UserTransfer, at position: Int64) throws(Errno) {
    if position == 0 {
      text.removeAll()
      try source.render(&text)
    }
    guard position < Int64(text.count), let base = text.bytes.baseAddress else { return }
    _ = transfer.copyOut(base + Int(position), text.count - Int(position))
  }

  override func write(_ transfer: inout UserTransfer) throws(Errno) { throw .EACCES }
  override func page(at index: Int) throws(Errno) -> FrameNumber? { throw .ENODEV }
}
