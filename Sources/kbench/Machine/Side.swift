// One of the kernels that are compared, and how it is told to boot.

import Guest
import SystemPackage

struct Side: Sendable {
  /// Short and stable: the key in reports.
  let name: String
  let kernel: FilePath
  /// The whole boot line of Linux; nil for Apus.
  let linuxLine: String?
  /// More words for Apus.
  var apusWords = ""

  /// Debian's kernel without what its defaults add to every call: see docs/benchmarks.md.
  static func tunedLinux(_ kernel: FilePath) -> Side {
    Side(name: "linux", kernel: kernel, linuxLine: commonLine + " " + tuning)
  }

  /// Debian's kernel as it comes, but for mitigations.
  static func defaultLinux(_ kernel: FilePath) -> Side {
    Side(name: "linux-default", kernel: kernel, linuxLine: commonLine)
  }

  static func apus(_ kernel: FilePath, words: String = "") -> Side {
    Side(name: "apus", kernel: kernel, linuxLine: nil, apusWords: words)
  }

  private static let commonLine =
    "console=ttyS0 quiet mitigations=off nokaslr edd=off tsc=reliable no_timer_check panic=-1 norandmaps"
  private static let tuning =
    "init_on_alloc=0 randomize_kstack_offset=off audit=0 lsm=capability hardened_usercopy=off"

  /// The machine: the same for every side but for the kernel and its boot line.
  ///
  /// Without erms and fsrm both kernels copy by words; with them Linux copies by bytes, each of which counts as an
  /// instruction.
  func configuration(_ machine: MachineShape, initramfs: FilePath, console: FilePath) -> GuestConfiguration {
    var result = GuestConfiguration(kernel: kernel)
    result.initramfs = initramfs
    result.cpuFeatures = "erms=off,fsrm=off"
    result.memory = machine.memory
    result.cpus = machine.cpus
    result.countsInstructions = machine.countsInstructions
    result.console = .file(console)
    result.foreignBootLine = linuxLine
    result.append = apusWords
    return result
  }
}

/// What all sides have in common.
struct MachineShape: Sendable, Equatable {
  var cpus = 1
  var memory = 512
  var countsInstructions = true
}
