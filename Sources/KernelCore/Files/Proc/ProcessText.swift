// The texts of /proc/PID (proc(5)).

import LinuxABI

enum ProcessText {
  static func render(
    _ kind: ProcTextKind, _ process: ProcessDetails, _ inspector: ProcessInspector, _ text: inout TextBuffer
  ) {
    switch kind {
    case .processStat: stat(process, &text)
    case .processStatm: statm(process, &text)
    case .processStatus: status(process, &text)
    case .commandLine: inspector.appendArguments(process.pid, to: &text)
    case .environment: inspector.appendEnvironment(process.pid, to: &text)
    case .commandName:
      appendName(process, &text)
      text.append("\n")
    case .maps: MapsText.render(process.pid, inspector, &text)
    case .mounts: MountsText.render(root: inspector.context(process.pid)?.root, &text)
    default: break
    }
  }

  static func appendName(_ process: ProcessDetails, _ text: inout TextBuffer) {
    for index in 0..<16 {
      guard process.name[index] != 0 else { return }
      text.append(byte: process.name[index])
    }
  }

  // MARK: stat

  /// 52 fields, the second in parentheses.
  private static func stat(_ process: ProcessDetails, _ text: inout TextBuffer) {
    text.append(Int(process.thread == 0 ? process.pid : process.thread))
    text.append(" (")
    appendName(process, &text)
    text.append(") ")
    text.append(byte: process.state)
    let terminal = process.terminal.rawValue
    let resident = process.residentPages
    let fields: [Int] = [
      Int(process.parent), Int(process.group), Int(process.session), Int(terminal), Int(process.foregroundGroup), 0,
      Int(process.minorFaults), 0, Int(process.majorFaults), 0, Int(process.userTicks), Int(process.systemTicks),
      Int(process.childUserTicks), Int(process.childSystemTicks), 20 + process.nice, process.nice,
      process.threadCount, 0, Int(process.startTicks), Int(process.virtualBytes), Int(resident), Int.max, 0, 0,
      Int(process.stackStart), 0, 0, Int(process.pendingSignals & 0x7fff_ffff),
      Int(process.blockedSignals & 0x7fff_ffff), Int(process.ignoredSignals & 0x7fff_ffff),
      Int(process.caughtSignals & 0x7fff_ffff), 0, 0, 0, Int(process.exitSignal), Int(process.processor), 0, 0, 0, 0,
      0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]
    for field in fields {
      text.append(" ")
      text.append(field)
    }
    text.append("\n")
  }

  /// size resident shared text lib data dt, in pages.
  private static func statm(_ process: ProcessDetails, _ text: inout TextBuffer) {
    text.append(Int(process.virtualBytes) / pageSize)
    text.append(" ")
    text.append(Int(process.residentPages))
    text.append(" 0 0 0 ")
    text.append(Int(process.virtualBytes) / pageSize)
    text.append(" 0\n")
  }

  // MARK: status

  private static func status(_ process: ProcessDetails, _ text: inout TextBuffer) {
    text.append("Name:\t")
    appendName(process, &text)
    text.append("\nUmask:\t0")
    text.append(octal: UInt64(process.umask))
    text.append("\nState:\t")
    text.append(byte: process.state)
    text.append(stateName(process.state))
    row("\nTgid:\t", Int(process.pid), &text)
    row("Ngid:\t", 0, &text)
    row("Pid:\t", Int(process.thread == 0 ? process.pid : process.thread), &text)
    row("PPid:\t", Int(process.parent), &text)
    row("TracerPid:\t", 0, &text)
    ids("Uid:", process.uid, process.euid, process.suid, process.fsuid, &text)
    ids("Gid:", process.gid, process.egid, process.sgid, process.fsgid, &text)
    row("FDSize:\t", process.openFileSlots, &text)
    groups(process, &text)
    memory("VmPeak:\t", process.virtualBytes, &text)
    memory("VmSize:\t", process.virtualBytes, &text)
    memory("VmRSS:\t", process.residentPages * UInt64(pageSize), &text)
    row("Threads:\t", process.threadCount, &text)
    signals("SigPnd:\t", process.pendingSignals, &text)
    signals("ShdPnd:\t", 0, &text)
    signals("SigBlk:\t", process.blockedSignals, &text)
    signals("SigIgn:\t", process.ignoredSignals, &text)
    signals("SigCgt:\t", process.caughtSignals, &text)
    row("voluntary_ctxt_switches:\t", Int(process.voluntarySwitches), &text)
    row("nonvoluntary_ctxt_switches:\t", Int(process.involuntarySwitches), &text)
  }

  private static func stateName(_ state: UInt8) -> StaticString {
    switch state {
    case UInt8(ascii: "R"): " (running)"
    case UInt8(ascii: "S"): " (sleeping)"
    case UInt8(ascii: "D"): " (disk sleep)"
    case UInt8(ascii: "T"): " (stopped)"
    case UInt8(ascii: "Z"): " (zombie)"
    default: ""
    }
  }

  private static func row(_ name: StaticString, _ value: Int, _ text: inout TextBuffer) {
    text.append(name)
    text.append(value)
    text.append("\n")
  }

  private static func ids(
    _ name: StaticString, _ real: UInt32, _ effective: UInt32, _ saved: UInt32, _ files: UInt32,
    _ text: inout TextBuffer
  ) {
    text.append(name)
    for id in [real, effective, saved, files] {
      text.append("\t")
      text.append(Int(id))
    }
    text.append("\n")
  }

  private static func groups(_ process: ProcessDetails, _ text: inout TextBuffer) {
    text.append("Groups:\t")
    for group in process.groups {
      text.append(Int(group))
      text.append(" ")
    }
    text.append("\n")
  }

  private static func memory(_ name: StaticString, _ bytes: UInt64, _ text: inout TextBuffer) {
    text.append(name)
    text.append(Int(bytes / 1024), width: 8)
    text.append(" kB\n")
  }

  private static func signals(_ name: StaticString, _ set: UInt64, _ text: inout TextBuffer) {
    text.append(name)
    text.append(hex: set, width: 16)
    text.append("\n")
  }
}
