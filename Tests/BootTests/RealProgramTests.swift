// Programs that nobody here wrote, as Debian ships them: what they print on Apus is what they print on this host.

import Foundation
import Guest
import Subprocess
import SystemPackage
import Testing

@Suite(.enabled(if: Machine.isWanted), .serialized)
struct RealProgramTests {
  private static func script(_ name: String) -> String {
    CProgram.directory.appendingPathComponent(name).path
  }

  /// The text that a script prints on this host, in a directory of its own and with BusyBox's applets only.
  private func hostOutput(_ shell: [String], _ script: String) async throws -> String {
    let directory = NSTemporaryDirectory() + "apus-real-\(UUID().uuidString)"
    let applets = directory + "-bin"
    defer { for path in [directory, applets] { try? FileManager.default.removeItem(atPath: path) } }
    for path in [directory, applets] {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    let install = try await Subprocess.run(
      .path("/bin/busybox"), arguments: ["--install", "-s", applets], output: .discarded, error: .discarded)
    try #require(install.terminationStatus.isSuccess)
    for program in ["bash", "zsh"] {
      try? FileManager.default.createSymbolicLink(
        atPath: applets + "/" + program, withDestinationPath: "/bin/\(program)-static")
    }
    let result = try await Subprocess.run(
      .path("/bin/busybox"), arguments: Arguments(["timeout", "60"] + shell + [script]),
      environment: .custom(["PATH": applets, "HOME": "/", "TERM": "linux", "TMPDIR": directory]),
      workingDirectory: FilePath(directory), output: .string(limit: 1 << 20), error: .discarded)
    return try #require(result.standardOutput)
  }

  private func compare(_ shell: [String], _ name: String) async throws -> String {
    let file = Self.script(name)
    let host = try await hostOutput(shell, file)
    var additions = [Initramfs.Addition(source: file, target: "/script")]
    for program in ["bash", "zsh"] {
      additions.append(Initramfs.Addition(source: "/bin/\(program)-static", target: "/bin/\(program)"))
    }
    let program = shell.joined(separator: " ")
    let command = "mkdir /tmp/work; cd /tmp/work; TMPDIR=/tmp \(program) /script 2>/dev/null </dev/null | cat"
    let guest = try await Machine.shell(command, timeout: 120) { $0.additions = additions }
    #expect(guest.report.end == .exited(0))
    #expect(guest.console == host)
    return guest.console
  }

  /// At least 150 applets, each with something to do.
  @Test func busyBoxAppletsPrintTheSame() async throws {
    let text = try await compare(["sh"], "applets.sh")
    #expect(text.split(separator: "\n").filter { $0.hasPrefix("== ") }.count >= 150)
  }

  @Test func bashPrintsTheSame() async throws { _ = try await compare(["bash"], "bash.sh") }

  @Test func zshPrintsTheSame() async throws { _ = try await compare(["zsh", "-f"], "zsh.sh") }
}
