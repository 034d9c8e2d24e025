// The initramfs of a run: BusyBox, the benchmark program as /init, and its words in /etc/bench. Made once and given to
// every kernel.

import Foundation
import Guest
import Subprocess
import SystemPackage

/// What runs in the guest.
struct Selection: Sendable, Equatable {
  var rows: [String] = []
  var isQuick = false
  var countsLocks = false
  /// No row iterates more often.
  var mostIterations: Int?

  /// The words for /etc/bench, a line each.
  var text: String {
    let most = mostIterations.map { ["most=\($0)"] } ?? []
    let words = (isQuick ? ["quick"] : []) + (countsLocks ? ["locks"] : []) + most + rows
    return words.map { $0 + "\n" }.joined()
  }
}

struct BenchImage: Sendable {
  let path: FilePath
  /// SHA-256, in hexadecimal.
  let digest: String

  /// - Parameter additions: files that replace those of the image, `FILE:PATH`.
  init(_ selection: Selection, additions: [String] = [], in directory: TemporaryDirectory) async throws {
    let program = try HostFile.read(KernelImage.locateBench())
    var bytes = try await Initramfs.busyBox(BusyBox.path(), applets: BusyBox.applets(), additions: [])
    bytes += try Initramfs.overlay(
      command: [], additions: additions.map(Initramfs.Addition.init(parsing:)),
      programs: [
        Initramfs.Program(path: "/init", content: program),
        Initramfs.Program(path: "/etc/bench", content: Array(selection.text.utf8)),
      ])
    path = directory.file("initramfs-\(UUID().uuidString)")
    try HostFile.write(path, bytes)
    digest = try await Digest.ofFile(path)
  }
}

enum Digest {
  /// SHA-256 by coreutils, in hexadecimal.
  static func ofFile(_ path: FilePath) async throws -> String {
    let result = try await Subprocess.run(
      .name("sha256sum"), arguments: [path.string], output: .string(limit: 1 << 16), error: .discarded)
    let digest = String(result.standardOutput.prefix { $0 != " " })
    guard digest.count == 64 else { throw GuestError("cannot read \(path.string)", exitCode: 66) }
    return digest
  }
}
