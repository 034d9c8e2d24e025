// The texts of /proc that are not about one process (proc(5)).

import LinuxABI

enum SystemText {
  static func render(_ kind: ProcTextKind, _ inspector: ProcessInspector, _ text: inout TextBuffer) {
    let system = inspector.system()
    switch kind {
    case .meminfo: memory(system, &text)
    case .stat: statistics(system, &text)
    case .uptime: uptime(system, &text)
    case .version: version(system, &text)
    case .loadavg: load(system, &text)
    case .filesystems: text.append("nodev\ttmpfs\nnodev\tdevtmpfs\nnodev\tdevpts\nnodev\tproc\n")
    case .cpuinfo: processors(system, &text)
    case .hostname:
      inspector.appendHostName(to: &text)
      text.append("\n")
    case .osrelease: line(system.release, &text)
    case .ostype: line("Linux", &text)
    case .kernelVersion: line(system.version, &text)
    case .pidMax: line("32768", &text)
    case .fileMax: line("1048576", &text)
    case .pipeMaxSize: line("1048576", &text)
    case .openMax: line("1048576", &text)
    case .lockCounters: inspector.appendLockCounters(to: &text)
    default: break
    }
  }

  private static func line(_ literal: StaticString, _ text: inout TextBuffer) {
    text.append(literal)
    text.append("\n")
  }

  private static func memory(_ system: SystemDetails, _ text: inout TextBuffer) {
    let rows: [(StaticString, UInt64)] = [
      ("MemTotal:       ", system.totalBytes), ("MemFree:        ", system.freeBytes),
      ("MemAvailable:   ", system.freeBytes), ("Buffers:        ", 0), ("Cached:         ", 0),
      ("SwapCached:     ", 0), ("SwapTotal:      ", 0), ("SwapFree:       ", 0), ("Dirty:          ", 0),
      ("Shmem:          ", 0), ("Slab:           ", system.slabBytes), ("SReclaimable:   ", 0),
    ]
    for (name, bytes) in rows {
      text.append(name)
      text.append(Int(bytes / 1024), width: 8)
      text.append(" kB\n")
    }
  }

  private static func statistics(_ system: SystemDetails, _ text: inout TextBuffer) {
    text.append("cpu  ")
    appendTimes(system.total, &text)
    for cpu in 0..<system.cpuCount {
      text.append("cpu")
      text.append(cpu)
      text.append(" ")
      appendTimes(system.times[cpu], &text)
    }
    let rows: [(StaticString, UInt64)] = [
      ("intr ", system.interrupts), ("ctxt ", system.contextSwitches), ("btime ", system.bootSeconds),
      ("processes ", system.forks), ("procs_running ", UInt64(system.running)), ("procs_blocked ", 0),
    ]
    for (name, value) in rows {
      text.append(name)
      text.append(Int(value))
      text.append("\n")
    }
  }

  /// user nice system idle iowait irq softirq steal guest guest_nice.
  private static func appendTimes(_ times: ProcessorTimes, _ text: inout TextBuffer) {
    text.append(Int(times.user))
    text.append(" 0 ")
    text.append(Int(times.system))
    text.append(" ")
    text.append(Int(times.idle))
    text.append(" 0 0 0 0 0 0\n")
  }

  private static func uptime(_ system: SystemDetails, _ text: inout TextBuffer) {
    appendHundredths(system.uptimeTicks, &text)
    text.append(" ")
    appendHundredths(system.total.idle, &text)
    text.append("\n")
  }

  private static func version(_ system: SystemDetails, _ text: inout TextBuffer) {
    text.append("Linux version ")
    text.append(system.release)
    text.append(" (apus@apus) (Swift) ")
    line(system.version, &text)
  }

  private static func load(_ system: SystemDetails, _ text: inout TextBuffer) {
    for value in [system.load1, system.load5, system.load15] {
      appendHundredths(value, &text)
      text.append(" ")
    }
    text.append(system.running)
    text.append("/")
    text.append(system.processes)
    text.append(" ")
    text.append(Int(system.lastPID))
    text.append("\n")
  }

  private static func processors(_ system: SystemDetails, _ text: inout TextBuffer) {
    for cpu in 0..<system.cpuCount {
      text.append("processor\t: ")
      text.append(cpu)
      text.append("\nvendor_id\t: ")
      text.append(system.cpuVendor)
      text.append("\nmodel name\t: ")
      text.append(system.cpuModel)
      text.append("\ncpu MHz\t\t: ")
      text.append(Int(system.cpuMegahertz))
      text.append(".000\n\n")
    }
  }

  static func appendHundredths(_ value: UInt64, _ text: inout TextBuffer) {
    text.append(Int(value / 100))
    text.append(".")
    text.append(Int(value % 100), width: 2, fill: UInt8(ascii: "0"))
  }
}
