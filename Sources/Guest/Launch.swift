// How QEMU becomes a process that cannot outlive us.
//
// `setpriv --pdeathsig` (util-linux, part of every Debian) asks the kernel to kill it when we die, however we die. That
// is bound to the thread that forks; Subprocess forks on one worker thread that lives until exit.

import Glibc
import Subprocess
import SystemPackage

struct Launch {
  let executable: Executable
  let arguments: [String]
  var options = PlatformOptions()

  /// What setpriv exits with when there is no such program.
  static let notFound: Int32 = 127
  private static let guardian: FilePath = "/usr/bin/setpriv"

  init(qemu arguments: [String], console: GuestConfiguration.Console) {
    let program = "qemu-system-x86_64"
    if fileExists(Self.guardian) {
      executable = .path(Self.guardian)
      self.arguments = ["--pdeathsig", "KILL", "--", program] + arguments
    } else {
      executable = .name(program)
      self.arguments = arguments
    }
    // ^C at the terminal is for us, who then end the machine in order; with the console on the terminal it is for QEMU.
    switch console {
    case .terminal, .standardOutput: break
    case .file, .socket, .pipe, .none: options.processGroupID = 0
    }
  }

  static func failure(_ reason: String) -> GuestError {
    GuestError("cannot start qemu-system-x86_64 ('make setup' installs it): \(reason)", exitCode: 69)
  }
}
