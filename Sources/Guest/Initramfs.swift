// The guest's first file system: Debian's static BusyBox with its applets, a few configuration files, and what the user
// adds.

import SystemPackage

public struct Initramfs {
  /// A file of the host and where the guest finds it.
  public struct Addition: Sendable, Equatable {
    public var source: String
    public var target: String

    public init(source: String, target: String) {
      self.source = source
      self.target = target
    }

    /// Parses `FILE[:PATH]`; without PATH the file goes to the root directory under its own name.
    public init(parsing text: String) {
      if let colon = text.lastIndex(of: ":") {
        let target = String(text[text.index(after: colon)...])
        self.init(source: String(text[..<colon]), target: target.hasPrefix("/") ? target : "/" + target)
      } else {
        self.init(source: text, target: "/" + (FilePath(text).lastComponent?.string ?? text))
      }
    }
  }

  /// An executable made by the launcher.
  public struct Program: Sendable {
    public var path: String
    public var content: [UInt8]

    public init(path: String, content: [UInt8]) {
      self.path = path
      self.content = content
    }
  }

  /// Where the guest's kernel looks for the command to run.
  public static let commandPath = "/.apus/command"

  /// BusyBox and its surroundings.
  public static func busyBox(_ binary: FilePath, applets: [String], additions: [Addition]) throws -> [UInt8] {
    var archive = CpioWriter()
    for path in ["/bin", "/dev", "/etc", "/proc", "/root", "/sbin", "/usr/bin", "/usr/sbin"] { archive.directory(path) }
    archive.directory("/tmp", mode: 0o1777)
    archive.characterDevice("/dev/console", mode: 0o600, major: 5, minor: 1)
    archive.characterDevice("/dev/null", mode: 0o666, major: 1, minor: 3)
    archive.characterDevice("/dev/zero", mode: 0o666, major: 1, minor: 5)
    archive.file("/bin/busybox", mode: 0o755, content: try readFile(binary))
    for applet in applets where applet != "bin/busybox" { archive.symbolicLink("/" + applet, to: "/bin/busybox") }
    archive.file(
      "/etc/passwd", content: Array("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n".utf8))
    archive.file("/etc/group", content: Array("root:x:0:\nnogroup:x:65534:\n".utf8))
    archive.file("/etc/profile", content: Array("export PS1='apus:\\w\\$ '\n".utf8))
    try add(additions, to: &archive)
    return archive.finish()
  }

  /// An archive to put behind another: kernels unpack them one after the other.
  public static func overlay(
    command: [String], additions: [Addition], programs: [Program] = []
  ) throws -> [UInt8] {
    var archive = CpioWriter()
    for program in programs { archive.file(program.path, mode: 0o755, content: program.content) }
    if !command.isEmpty {
      let words: [UInt8] = command.flatMap { word -> [UInt8] in Array(word.utf8) + [0] }
      archive.file(commandPath, content: words)
    }
    try add(additions, to: &archive)
    return archive.finish()
  }

  /// Files keep their permission bits; a directory is added with all that is in it.
  private static func add(_ additions: [Addition], to archive: inout CpioWriter) throws {
    for addition in additions { try addTree(FilePath(addition.source), addition.target, to: &archive) }
  }

  private static func addTree(_ source: FilePath, _ target: String, to archive: inout CpioWriter) throws {
    let status = try FileStatus(source)
    if status.isDirectory {
      archive.directory(target)
      for name in try directoryEntries(source).sorted() {
        try addTree(source.appending(name), target + "/" + name, to: &archive)
      }
    } else {
      archive.file(target, mode: status.permissions, content: try readFile(source))
    }
  }
}
