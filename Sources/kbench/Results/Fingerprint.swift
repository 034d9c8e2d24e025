// What a figure depends on: without the same of these, two figures are not about the same thing.

import Foundation
import Guest
import Subprocess
import SystemPackage

enum Metric: String, Codable, Sendable { case instructions, wall }

struct Fingerprint: Codable, Sendable, Equatable {
  struct Kernel: Codable, Sendable, Equatable {
    var side: String
    /// SHA-256 of the file.
    var digest: String
    var version: String
    var bootLine: String
  }

  var metric: Metric
  var isQuick: Bool
  var kernels: [Kernel]
  /// Of the sources; "+" at its end means with changes.
  var commit: String
  var qemu: String
  /// Paths left out.
  var arguments: [String]
  /// SHA-256 of the initramfs, which holds the benchmark program and its words.
  var initramfs: String
}

extension Fingerprint {
  init(
    _ metric: Metric, _ selection: Selection, _ sides: [Side], _ shape: MachineShape, _ image: BenchImage
  ) async throws {
    self.metric = metric
    isQuick = selection.isQuick
    initramfs = image.digest
    commit = await Self.sourceCommit()
    qemu = try await Self.qemuVersion()
    arguments = Self.argumentsWithoutPaths(sides[0].configuration(shape, initramfs: "", console: ""))
    kernels = []
    for side in sides { kernels.append(try await Kernel(side)) }
  }

  /// Why figures of `side` in another report cannot stand for a run of ours; nil when they can.
  func mismatch(_ other: Fingerprint, side: String) -> String? {
    if metric != other.metric || isQuick != other.isQuick { return "metric or length" }
    if qemu != other.qemu { return "QEMU: \(other.qemu)" }
    if arguments != other.arguments { return "QEMU's arguments" }
    if initramfs != other.initramfs { return "initramfs (program, BusyBox or rows)" }
    let (ours, theirs) = (kernels.first { $0.side == side }, other.kernels.first { $0.side == side })
    return ours == theirs ? nil : "kernel or boot line of \(side)"
  }

  /// Lines for people.
  var lines: [String] {
    let length = isQuick ? "quick" : "full"
    return [
      "\(metric.rawValue), \(length); sources \(commit); \(qemu); initramfs \(initramfs.prefix(12))",
      "qemu \(arguments.joined(separator: " "))",
    ] + kernels.map { "\($0.side): \($0.version) (\($0.digest.prefix(12))) \"\($0.bootLine)\"" }
  }

  // MARK: Parts

  private static func argumentsWithoutPaths(_ configuration: GuestConfiguration) -> [String] {
    var result: [String] = []
    var skips = false
    for word in configuration.arguments(initramfs: "", report: "") {
      if skips {
        skips = false
      } else if ["-kernel", "-initrd", "-append"].contains(word) {
        skips = true
      } else {
        result.append(word.hasPrefix("file:") ? "file:" : word)
      }
    }
    return result
  }

  private static func qemuVersion() async throws -> String {
    let result = try await Subprocess.run(
      .name("qemu-system-x86_64"), arguments: ["--version"], output: .string(limit: 1 << 16), error: .discarded)
    return result.standardOutput.split(separator: "\n").first.map(String.init) ?? "unknown QEMU"
  }

  /// Of the tree that this program was built from; "unknown" outside of one.
  private static func sourceCommit() async -> String {
    let directory = FilePath(ProcessInfo.processInfo.arguments[0]).removingLastComponent()
    func git(_ arguments: [String]) async -> String? {
      let place = directory.isEmpty ? "." : directory.string
      let result = try? await Subprocess.run(
        .name("git"), arguments: Arguments(["-C", place] + arguments), output: .string(limit: 1 << 20),
        error: .discarded)
      guard let result, result.terminationStatus.isSuccess else { return nil }
      return result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    guard let commit = await git(["rev-parse", "--short=12", "HEAD"]) else { return "unknown" }
    return commit + (await git(["status", "--porcelain"]) == "" ? "" : "+")
  }
}

extension Fingerprint.Kernel {
  init(_ side: Side) async throws {
    self.side = side.name
    digest = try await Digest.ofFile(side.kernel)
    version = side.linuxLine == nil ? Self.apus(side) : "Linux " + LinuxKernel(path: side.kernel).version
    bootLine = side.configuration(MachineShape(), initramfs: "", console: "").bootLine
  }

  /// With the tracer's state: what is on costs something.
  private static func apus(_ side: Side) -> String {
    "Apus, probes " + (side.apusWords.contains("trace=") ? "as the boot line says" : "off")
  }
}
