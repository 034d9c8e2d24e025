// Boots one side and reads what the benchmark program says on its console.

import Foundation
import Guest
import SystemPackage

struct BenchMachine: Sendable {
  let shape: MachineShape
  let image: BenchImage
  let directory: TemporaryDirectory
  /// After this long a machine is killed; its rows are errors then.
  var timeout = Duration.seconds(1800)

  /// - Parameter progress: called with the console's text so far, a few times a second.
  func run(
    _ side: Side, traceLine: GuestConfiguration.TraceLine = .none,
    progress: @Sendable @escaping (String) -> Void = { _ in }
  ) async throws -> BenchLog {
    let console = directory.file("console-\(UUID().uuidString)")
    try HostFile.write(console, [])
    var configuration = side.configuration(shape, initramfs: image.path, console: console)
    configuration.traceLine = traceLine
    let outcome = try await Guest(configuration).run(timeout: timeout) { _ in
      while !Task.isCancelled {
        progress(Self.text(of: console))
        try? await Task.sleep(for: .milliseconds(200))
      }
    }.0
    let text = Self.text(of: console)
    progress(text)
    return BenchLog(parsing: text, ending: ending(outcome, text))
  }

  private static func text(of console: FilePath) -> String {
    String(decoding: (try? HostFile.read(console)) ?? [], as: UTF8.self)
  }

  /// Why a machine may have ended too soon.
  private func ending(_ outcome: GuestOutcome, _ text: String) -> String {
    if outcome.timedOut { return "killed after \(timeout.components.seconds) s" }
    if case .panicked(let message) = outcome.report.end { return "kernel panic: \(message)" }
    if let panic = text.split(whereSeparator: \.isNewline).first(where: { $0.contains("Kernel panic") }) {
      return String(panic.drop { $0 != "K" })
    }
    return "the machine ended"
  }
}
