// Debian's kernel for virtual machines, as a file: downloaded as a package, unpacked into a cache, never installed.
//
// `$XDG_CACHE_HOME/apus/linux/vmlinuz-VERSION`. Once there it stays the baseline, until it is deleted.

import Foundation
import Guest
import Subprocess
import SystemPackage

struct LinuxKernel: Sendable {
  let path: FilePath

  /// `vmlinuz-6.1.0-56-cloud-amd64` tells it.
  var version: String { String(path.lastComponent?.string.drop { $0 != "-" }.dropFirst() ?? "unknown") }

  private static let metaPackage = "linux-image-cloud-amd64"

  /// The kernel given, the one in the cache, or a download.
  static func locate(given: String?, log: (String) -> Void) async throws -> LinuxKernel {
    if let given { return LinuxKernel(path: FilePath(given)) }
    let directory = try cacheDirectory()
    if let cached = try newest(in: directory) { return LinuxKernel(path: cached) }
    log("fetching Debian's \(metaPackage) into \(directory.string) (once, about 27 MB)")
    try await fetch(into: directory)
    guard let fetched = try newest(in: directory) else { throw failure("the package holds no /boot/vmlinuz-*") }
    return LinuxKernel(path: fetched)
  }

  private static func newest(in directory: FilePath) throws -> FilePath? {
    try HostFile.names(in: directory).filter { $0.hasPrefix("vmlinuz-") }
      .max { $0.compare($1, options: .numeric) == .orderedAscending }.map { directory.appending($0) }
  }

  private static func fetch(into directory: FilePath) async throws {
    let scratch = directory.appending(".fetch-\(getpid())")
    try FileManager.default.createDirectory(atPath: scratch.string, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch.string) }
    let description = try await output("apt-cache", ["show", "--no-all-versions", metaPackage], in: scratch)
    guard let package = description.firstMatch(of: /Depends: (linux-image-[^ ,\n]+)/)?.1 else {
      throw failure("apt knows no \(metaPackage)")
    }
    _ = try await output("apt-get", ["download", "-qq", String(package)], in: scratch)
    guard let file = try HostFile.names(in: scratch).first(where: { $0.hasSuffix(".deb") }) else {
      throw failure("apt-get download left no package")
    }
    _ = try await output("dpkg-deb", ["-x", file, "tree"], in: scratch)
    let boot = scratch.appending("tree/boot")
    for name in try HostFile.names(in: boot) where name.hasPrefix("vmlinuz-") {
      try FileManager.default.moveItem(atPath: boot.appending(name).string, toPath: directory.appending(name).string)
    }
  }

  private static func output(_ program: String, _ arguments: [String], in directory: FilePath) async throws -> String {
    let result = try await Subprocess.run(
      .name(program), arguments: Arguments(arguments), workingDirectory: directory, output: .string(limit: 1 << 20),
      error: .string(limit: 1 << 16))
    guard result.terminationStatus.isSuccess else { throw failure("\(program): \(result.standardError)") }
    return result.standardOutput
  }

  private static func cacheDirectory() throws -> FilePath {
    let environment = ProcessInfo.processInfo.environment
    let base = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "/tmp") + "/.cache"
    let directory = base + "/apus/linux"
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch { throw GuestError("cannot make \(directory): \(error)", exitCode: 73) }
    return FilePath(directory)
  }

  private static func failure(_ reason: String) -> GuestError {
    GuestError("no Linux kernel to compare with (--linux-kernel FILE takes one): \(reason)", exitCode: 69)
  }
}
