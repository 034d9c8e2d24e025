// The C programs of this tier: built static, once a test run.

import Foundation
import Guest
import Subprocess
import SystemPackage
import Testing

struct CProgram {
  let name: String

  static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Programs")

  private var source: String { Self.directory.appendingPathComponent("\(name).c").path }

  /// What Linux prints for it, recorded there.
  func expected() throws -> String {
    try String(contentsOf: Self.directory.appendingPathComponent("\(name).expected"), encoding: .utf8)
  }

  /// Builds it; returns the file. `flags` tell the flavour: static, static-PIE, without a C library.
  func build(compiler: String = "musl-gcc", flags: [String] = ["-static"]) async throws -> String {
    let output = NSTemporaryDirectory() + "apus-\(name)-\(UUID().uuidString)"
    let result = try await Subprocess.run(
      .name(compiler), arguments: Arguments(flags + ["-O1", "-w", "-o", output, source]),
      output: .discarded, error: .string(limit: 1 << 16))
    try #require(result.terminationStatus.isSuccess, "\(compiler) \(name): \(result.standardError)")
    return output
  }

  /// Builds and runs it in a fresh machine.
  func run(
    compiler: String = "musl-gcc", flags: [String] = ["-static"], arguments: [String] = [], timeout: Int = 60,
    configure: (inout GuestConfiguration) -> Void = { _ in }
  ) async throws -> BootResult {
    let file = try await build(compiler: compiler, flags: flags)
    defer { unlink(file) }
    return try await Machine.run(["/" + name] + arguments, timeout: timeout) { configuration in
      configuration.additions = [Initramfs.Addition(source: file, target: "/" + name)]
      configure(&configuration)
    }
  }
}
