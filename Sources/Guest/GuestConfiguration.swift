// What a virtual machine is made of, and the QEMU command line for it.

import SystemPackage

public struct GuestConfiguration: Sendable {
  public enum Accelerator: String, Sendable, CaseIterable {
    /// QEMU's own translator: everywhere, exact under `-icount`.
    case tcg
    /// The host's virtualisation, only when asked for: it may be there and not work.
    case kvm
  }

  /// Where COM1 goes.
  public enum Console: Sendable {
    /// The terminal of this process; Ctrl-A X leaves.
    case terminal
    /// Standard output; input from a descriptor of the launcher's choice.
    case standardOutput
    /// A file: the only place that cannot disturb instruction counts.
    case file(FilePath)
    /// A unix socket that QEMU listens on.
    case socket(FilePath)
    /// FIFOs that `Guest` makes: the path with `.out` is what it says, with `.in` what it reads.
    case pipe(FilePath)
    case none
  }

  /// Where the trace goes: COM2, shared memory, or a port of virtio-serial.
  public enum TraceLine: Sendable {
    case none
    /// A unix socket that QEMU listens on; the guest does not wait for a reader.
    case socket(FilePath)
    case file(FilePath)
    /// FIFOs that `Guest` makes: the path with `.out` brings the trace, with `.in` it takes commands. They hold 64 KiB,
    /// where a unix socket holds fewer than 300 of the single bytes that QEMU sends.
    case pipe(FilePath)
    /// The same FIFOs, fed from a ring in memory that the guest shares: no byte costs an exit of the machine, and a slow
    /// reader stops the guest with its clock.
    case ring(FilePath)
    /// The same FIFOs behind a port of virtio-serial.
    case port(FilePath)
  }

  public var kernel: FilePath
  public var initramfs: FilePath?
  public var additions: [Initramfs.Addition] = []
  /// Executables that exist only in the guest.
  public var programs: [Initramfs.Program] = []
  /// Words that run as the first program; empty boots the initramfs's own init.
  public var command: [String] = []
  public var cpus = 1
  /// Memory in MiB.
  public var memory = 512
  public var append = ""
  /// The whole boot line, for a kernel that is not Apus; `append` and the words for Apus are left out then.
  public var foreignBootLine: String?
  /// Features of the CPU, as QEMU's -cpu takes them behind the model: `erms=off,fsrm=off`.
  public var cpuFeatures = ""
  public var accelerator = Accelerator.tcg
  /// Guest time counts instructions, and nothing outside the guest decides what happens in it.
  public var countsInstructions = false
  public var console = Console.standardOutput
  /// Somebody shows the console as a terminal of so many rows and columns; nil: it is text, byte for byte as written.
  public var consoleSize: (rows: Int, columns: Int)?
  public var traceLine = TraceLine.none
  /// Where QEMU's GDB stub listens, as QEMU writes it: `tcp:127.0.0.1:1234`, `unix:PATH,server=on,wait=off`.
  public var debugger: String?

  public init(kernel: FilePath) { self.kernel = kernel }

  /// True when nothing has to be put behind the given initramfs.
  var isInitramfsComplete: Bool { command.isEmpty && additions.isEmpty && programs.isEmpty }

  /// The arguments of qemu-system-x86_64. `report` receives the kernel's report lines.
  public func arguments(initramfs: FilePath, report: FilePath) -> [String] {
    var result = ["-accel", accelerator == .kvm ? "kvm" : countsInstructions ? "tcg" : "tcg,thread=multi"]
    if countsInstructions {
      result += ["-icount", "shift=0,sleep=off", "-seed", "1", "-rtc", "base=2024-01-01T00:00:00,clock=vm"]
    }
    let model = accelerator == .kvm ? "host" : "max,la57=off"
    result += ["-cpu", cpuFeatures.isEmpty ? model : model + "," + cpuFeatures]
    result += ["-m", "\(memory)", "-smp", "\(cpus)", "-kernel", kernel.string, "-initrd", initramfs.string]
    result += ["-append", bootLine, "-display", "none", "-vga", "none", "-nic", "none", "-no-reboot", "-nodefaults"]
    result += ["-device", "isa-debug-exit,iobase=0xf4,iosize=1", "-debugcon", "file:\(report.string)"]
    if let debugger { result += ["-gdb", debugger] }
    return result + consoleArguments + traceArguments
  }

  /// What the kernel is told.
  public var bootLine: String {
    if let foreignBootLine { return foreignBootLine }
    var words: [String] = []
    if !command.isEmpty { words.append("run=\(Initramfs.commandPath)") }
    if let consoleSize {
      words += ["console_rows=\(consoleSize.rows)", "console_columns=\(consoleSize.columns)"]
    } else if case .terminal = console {
    } else {
      words.append("console=plain")
    }
    if !append.isEmpty { words.append(append) }
    return words.joined(separator: " ")
  }

  private var consoleArguments: [String] {
    switch console {
    case .terminal: ["-serial", "mon:stdio"]
    case .standardOutput: ["-serial", "stdio"]
    case .file(let path): ["-serial", "file:\(path.string)"]
    case .socket(let path): ["-serial", "unix:\(path.string),server=on,wait=off"]
    case .pipe(let path): ["-serial", "pipe:\(path.string)"]
    case .none: ["-serial", "null"]
    }
  }

  private var traceArguments: [String] {
    switch traceLine {
    case .none: []
    case .socket(let path): ["-serial", "unix:\(path.string),server=on,wait=off"]
    case .file(let path): ["-serial", "file:\(path.string)"]
    case .pipe(let path): ["-serial", "pipe:\(path.string)"]
    case .ring(let path): RingPump.arguments(path)
    case .port(let path):
      [
        "-device", "virtio-serial-pci,ioeventfd=off", "-chardev", "pipe,id=trace,path=\(path.string)",
        "-device", "virtserialport,chardev=trace,name=apus.trace",
      ]
    }
  }
}
