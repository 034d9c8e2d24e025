// Names of kernels that were launched here, by build-id, so that a tool that attaches later needs no ELF file.
//
// `$XDG_CACHE_HOME/apus/elf/<build-id>` holds NAMES frames; an ELF file put there by hand is read as well. Beside it
// `<build-id>.path` says where the kernel's file was, which knows more than names. A cache: what
// cannot be kept is not kept, and of more than `limit` files the oldest go.

import Glibc
import SystemPackage
import TraceModel

public enum NamesCache {
  /// Two a kernel.
  static let limit = 128

  /// Keeps the names of a kernel's ELF file; one without names or build-id is passed over.
  public static func store(kernel: FilePath) {
    guard let directory, let bytes = try? readFile(kernel), let table = try? NameTable(elf: bytes) else { return }
    let path = directory.appending(NameTable.hexadecimal(table.buildID))
    makeDirectories(directory)
    put(table.frames() + table.functionFrames(), at: path)
    if let place = kernel.absolute { put(Array(place.utf8), at: FilePath(path.string + ".path")) }
    removeOldest(in: directory)
  }

  // Written beside and renamed: a reader never sees half a file.
  private static func put(_ bytes: [UInt8], at path: FilePath) {
    let draft = path.removingLastComponent().appending(".\(getpid())")
    guard (try? writeFile(draft, bytes)) != nil else { return }
    _ = draft.withPlatformString { from in path.withPlatformString { rename(from, $0) } }
  }

  /// Where the file of a kernel that was launched here lay; it may be gone, or of another build by now.
  public static func kernelPath(_ buildID: [UInt8]) -> String? {
    guard let directory else { return nil }
    let path = directory.appending(NameTable.hexadecimal(buildID) + ".path")
    return (try? readFile(path)).map { String(decoding: $0, as: UTF8.self) }
  }

  public static func load(_ buildID: [UInt8]) -> NameTable? {
    guard let path = directory?.appending(NameTable.hexadecimal(buildID)), let bytes = try? readFile(path) else {
      return nil
    }
    let isELF = bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46])
    let table = isELF ? try? NameTable(elf: bytes) : NameTable(frames: bytes, buildID: buildID)
    return table?.buildID == buildID ? table : nil
  }

  private static var directory: FilePath? {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    guard let base = variable("XDG_CACHE_HOME") ?? variable("HOME").map({ $0 + "/.cache" }) else { return nil }
    return FilePath(base).appending("apus").appending("elf")
  }

  private static func makeDirectories(_ path: FilePath) {
    guard !fileExists(path) else { return }
    makeDirectories(path.removingLastComponent())
    _ = path.withPlatformString { mkdir($0, 0o700) }
  }

  private static func removeOldest(in directory: FilePath) {
    let files = ((try? directoryEntries(directory)) ?? []).map { directory.appending($0) }
    guard files.count > limit else { return }
    let byAge = files.map { (age: modificationTime($0), path: $0) }.sorted { $0.age < $1.age }
    for file in byAge.prefix(files.count - limit) { _ = file.path.withPlatformString { unlink($0) } }
  }

  private static func modificationTime(_ path: FilePath) -> Int {
    var status = stat()
    return path.withPlatformString { stat($0, &status) } == 0 ? status.st_mtim.tv_sec : 0
  }
}

extension FilePath {
  /// From the root, as seen from the working folder; nil when that is not known.
  fileprivate var absolute: String? {
    guard isRelative else { return string }
    guard let folder = getcwd(nil, 0) else { return nil }
    defer { free(folder) }
    return FilePath(String(cString: folder)).pushing(self).string
  }
}
