// prctl(2), personality(2), capget(2): what a process is told about itself.

import KernelCore
import LinuxABI

/// Options of prctl(2).
private enum ProcessControl {
  static let setDeathSignal: Int32 = 1
  static let getDeathSignal: Int32 = 2
  static let getDumpable: Int32 = 3
  static let setDumpable: Int32 = 4
  static let getKeepCapabilities: Int32 = 7
  static let setKeepCapabilities: Int32 = 8
  static let setName: Int32 = 15
  static let getName: Int32 = 16
  static let readBoundingSet: Int32 = 23
  static let getSecureBits: Int32 = 27
  static let setTimerSlack: Int32 = 29
  static let getTimerSlack: Int32 = 30
  static let setSubreaper: Int32 = 36
  static let getSubreaper: Int32 = 37
  static let setNoNewPrivileges: Int32 = 38
  static let getNoNewPrivileges: Int32 = 39
  static let getTIDAddress: Int32 = 40
}

extension Syscalls {
  private static let lastCapability: UInt = 40

  static func prctl(
    _ caller: Thread, _ option: Int32, _ argument: UInt, _ second: UInt, _ third: UInt, _ fourth: UInt
  ) throws(Errno) -> Int {
    let process = caller.process
    switch option {
    case ProcessControl.setName: return try setName(caller, argument)
    case ProcessControl.getName: try UserPointer<InlineArray<16, UInt8>>(argument).store(caller.name.bytes)
    case ProcessControl.setDeathSignal:
      guard argument <= 64 else { throw .EINVAL }
      process.deathSignal = Int32(argument)
    case ProcessControl.getDeathSignal: try UserPointer<Int32>(argument).store(process.deathSignal)
    case ProcessControl.getDumpable: return process.isDumpable ? 1 : 0
    case ProcessControl.setDumpable:
      guard argument <= 1 else { throw .EINVAL }
      process.isDumpable = argument == 1
    case ProcessControl.getKeepCapabilities: return 0
    case ProcessControl.setKeepCapabilities: guard argument <= 1 else { throw .EINVAL }
    case ProcessControl.readBoundingSet:
      guard argument <= lastCapability else { throw .EINVAL }
      return 1
    case ProcessControl.getSecureBits: return 0
    case ProcessControl.setTimerSlack: caller.timerSlack = argument == 0 ? 50_000 : argument
    case ProcessControl.getTimerSlack: return Int(bitPattern: caller.timerSlack)
    case ProcessControl.setSubreaper: process.isSubreaper = argument != 0
    case ProcessControl.getSubreaper: try UserPointer<Int32>(argument).store(process.isSubreaper ? 1 : 0)
    case ProcessControl.setNoNewPrivileges:
      guard argument == 1, second | third | fourth == 0 else { throw .EINVAL }
      process.hasNoNewPrivileges = true
    case ProcessControl.getNoNewPrivileges:
      guard argument | second | third | fourth == 0 else { throw .EINVAL }
      return process.hasNoNewPrivileges ? 1 : 0
    case ProcessControl.getTIDAddress: try UserPointer<UInt>(argument).store(caller.clearTIDAddress)
    default: throw .EINVAL
    }
    return 0
  }

  /// A name that has no end within 16 bytes is cut.
  private static func setName(_ caller: Thread, _ address: UInt) throws(Errno) -> Int {
    var name = ProcessName()
    for index in 0..<15 {
      let byte = try UserPointer<UInt8>(address &+ UInt(index)).load()
      if byte == 0 { break }
      name.bytes[index] = byte
    }
    caller.rename(name)
    return 0
  }

  /// personality(2): only what setarch asks for is kept; 0xffffffff asks.
  static func personality(_ caller: Thread, _ persona: UInt32) -> Int {
    let old = caller.process.persona
    if persona != .max { caller.process.persona = persona }
    return Int(old)
  }

  // MARK: Capabilities: root has all, others none

  static func capget(_ caller: Thread, _ header: UserPointer<UInt32>, _ data: UserPointer<UInt32>) throws(Errno) -> Int
  {
    let version = try header.load()
    let words: Int
    switch version {
    case 0x1998_0330: words = 1
    case 0x2007_1026, 0x2008_0522: words = 2
    default:
      try header.store(0x2008_0522)
      guard data.isNull else { throw .EINVAL }
      return 0
    }
    let pid = Int32(bitPattern: try header.advanced(by: 1).load())
    guard pid >= 0 else { throw .EINVAL }
    let isRoot = try ProcessTable.lock.withLock { () throws(Errno) in
      guard let process = pid == 0 ? caller.process : ProcessTable.thread(pid)?.process else { throw .ESRCH }
      return process.credentials.euid == 0
    }
    guard !data.isNull else { return 0 }
    for word in 0..<words {
      let all: UInt32 = isRoot ? (word == 0 ? .max : 1 << UInt32(lastCapability - 31) - 1) : 0
      try data.advanced(by: word * 3).store(all)
      try data.advanced(by: word * 3 + 1).store(all)
      try data.advanced(by: word * 3 + 2).store(0)
    }
    return 0
  }

  // MARK: File system ids

  /// setfsuid(2): returns the old one, whether or not it may be changed.
  static func setfsuid(_ caller: Thread, _ uid: UInt32) -> Int {
    let mine = caller.process.credentials!
    let old = mine.fsuid
    if mine.euid == 0 || [mine.uid, mine.euid, mine.suid, old].contains(uid), uid != .max { mine.fsuid = uid }
    return Int(old)
  }

  static func setfsgid(_ caller: Thread, _ gid: UInt32) -> Int {
    let mine = caller.process.credentials!
    let old = mine.fsgid
    if mine.euid == 0 || [mine.gid, mine.egid, mine.sgid, old].contains(gid), gid != .max { mine.fsgid = gid }
    return Int(old)
  }
}

extension Thread {
  /// What ps and the tracer show from now on.
  func rename(_ name: ProcessName) {
    if tid == process.pid { process.name = name } else { ownName = name }
    Probes.threadNamed(self)
  }
}
