// The few file operations of the host that this module needs, over swift-system.

import Glibc
import SystemPackage

/// A message for the user, with the exit status that fits it (sysexits.h).
public struct GuestError: Error, CustomStringConvertible, Sendable {
  public var description: String
  public var exitCode: Int32

  public init(_ description: String, exitCode: Int32) {
    self.description = description
    self.exitCode = exitCode
  }

  static func noInput(_ path: String, _ errno: SystemPackage.Errno) -> GuestError {
    GuestError("cannot read \(path): \(errno)", exitCode: 66)
  }
}

/// Reading whole files, with errors for the user.
public enum HostFile {
  public static func read(_ path: FilePath) throws -> [UInt8] { try readFile(path) }
  public static func write(_ path: FilePath, _ bytes: [UInt8]) throws { try writeFile(path, bytes) }
  public static func exists(_ path: FilePath) -> Bool { fileExists(path) }
  public static func names(in directory: FilePath) throws -> [String] { try directoryEntries(directory) }
}

func readFile(_ path: FilePath) throws -> [UInt8] {
  do {
    let file = try FileDescriptor.open(path, .readOnly)
    defer { try? file.close() }
    var result: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      let count = try file.read(into: chunk)
      if count == 0 { return result }
      result += chunk[..<count]
    }
  } catch let error as SystemPackage.Errno {
    throw GuestError.noInput(path.string, error)
  }
}

func writeFile(_ path: FilePath, _ bytes: [UInt8]) throws {
  do {
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite, .groupRead, .otherRead])
    try file.closeAfter { _ = try file.writeAll(bytes) }
  } catch let error as SystemPackage.Errno {
    throw GuestError("cannot write \(path): \(error)", exitCode: 74)
  }
}

func makeFIFO(_ path: String) throws {
  guard mkfifo(path, 0o600) == 0 else {
    throw GuestError("cannot make \(path): \(SystemPackage.Errno(rawValue: errno))", exitCode: 74)
  }
}

/// Type and permissions of a file.
struct FileStatus {
  let isDirectory: Bool
  let permissions: UInt32

  init(_ path: FilePath) throws {
    var status = stat()
    guard path.withPlatformString({ stat($0, &status) }) == 0 else {
      throw GuestError.noInput(path.string, SystemPackage.Errno(rawValue: errno))
    }
    isDirectory = status.st_mode & S_IFMT == S_IFDIR
    permissions = status.st_mode & 0o7777
  }
}

func fileExists(_ path: FilePath) -> Bool { path.withPlatformString { access($0, F_OK) } == 0 }

func directoryEntries(_ path: FilePath) throws -> [String] {
  guard let directory = path.withPlatformString({ opendir($0) }) else {
    throw GuestError.noInput(path.string, SystemPackage.Errno(rawValue: errno))
  }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names
}

/// A directory of one run, removed with it.
public final class TemporaryDirectory: Sendable {
  let path: FilePath

  public init() throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array((base + "/apus.XXXXXX").utf8CString)
    guard let made = mkdtemp(&template) else {
      throw GuestError("cannot make a directory in \(base): \(SystemPackage.Errno(rawValue: errno))", exitCode: 74)
    }
    path = FilePath(platformString: made)
  }

  public func file(_ name: String) -> FilePath { path.appending(name) }

  deinit {
    for name in (try? directoryEntries(path)) ?? [] { _ = file(name).withPlatformString { unlink($0) } }
    _ = path.withPlatformString { rmdir($0) }
  }
}
