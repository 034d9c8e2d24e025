// How a boot test runs something: a fresh machine, its console in a file, its end as a value.

import Foundation
import Guest
import SystemPackage
import Testing

/// What a run left behind.
struct BootResult {
  var console: String
  var report: GuestReport
  var timedOut: Bool
}

enum Machine {
  /// The tier runs when it is asked for (`make test-boot`): it needs QEMU and a kernel.
  static var isWanted: Bool { ProcessInfo.processInfo.environment["APUS_TESTS"] == "boot" }

  /// Runs `command` and `body` beside it, and waits for the end of both; `body` may be the one that ends the machine.
  static func run(
    _ command: [String], timeout: Int = 120, configure: (inout GuestConfiguration) -> Void = { _ in },
    body: @Sendable @escaping (RunningGuest) async throws -> Void = { _ in }
  ) async throws -> BootResult {
    let console = FilePath(NSTemporaryDirectory()).appending("apus-boot-\(UUID().uuidString)")
    defer { unlink(console.string) }
    var configuration = GuestConfiguration(kernel: try KernelImage.locate())
    configuration.command = command
    configuration.console = .file(console)
    configure(&configuration)
    let outcome = try await Guest(configuration).run(timeout: .seconds(timeout), body: body).0
    let bytes = FileManager.default.contents(atPath: console.string) ?? Data()
    return BootResult(
      console: String(decoding: bytes, as: UTF8.self), report: outcome.report, timedOut: outcome.timedOut)
  }

  /// Runs a shell script.
  static func shell(
    _ script: String, timeout: Int = 120, configure: (inout GuestConfiguration) -> Void = { _ in },
    body: @Sendable @escaping (RunningGuest) async throws -> Void = { _ in }
  ) async throws -> BootResult {
    try await run(["sh", "-c", script], timeout: timeout, configure: configure, body: body)
  }
}
