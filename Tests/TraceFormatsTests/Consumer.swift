// Programs that the tests need and the project does not: found, or skipped with a word.
import Foundation
import Testing

enum Consumer {
  /// A folder that goes with its owner.
  final class Folder {
    let path: String

    init() throws {
      path = FileManager.default.temporaryDirectory.appendingPathComponent("apus-\(UUID())").path
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
      let file = URL(fileURLWithPath: path).appendingPathComponent(name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
      return file.path
    }

    /// What the program prints on both outputs; it must end well, within two minutes.
    func run(_ program: String, _ arguments: [String], _ environment: [String: String] = [:]) throws -> String {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
      process.arguments = ["-k", "5", "120", program] + arguments
      process.currentDirectoryURL = URL(fileURLWithPath: path)
      process.environment = ProcessInfo.processInfo.environment.merging(["HOME": path]) { $1 }.merging(environment) {
        $1
      }
      process.standardInput = FileHandle.nullDevice
      let output = Pipe()
      process.standardOutput = output
      process.standardError = output
      try process.run()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, "\(program): \(text.suffix(2000))")
      return text
    }
  }

  static func with(_ program: String, _ body: (String, Folder) throws -> Void) throws {
    guard let path = path(program) else { return skip(program) }
    try body(path, Folder())
  }

  static func skip(_ what: String) {
    if ProcessInfo.processInfo.environment["APUS_CONSUMERS"] == "all" {
      Issue.record("\(what) is not installed")
    } else {
      print("skipped: \(what) is not installed; see Tools/consumers")
    }
  }

  /// Where Tools/consumers puts what comes from PyPI.
  private static let packages = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent(".build/consumers")

  static var inferno: String? { program("flamegraph") }
  /// The Python that has it.
  static var playwright: String? { program("playwright").flatMap { _ in program("python") } }
  static var jsonschema: String? { program("jsonschema").flatMap { _ in program("python") } }

  /// Brendan Gregg's script: on the path, or where Debian's libdevel-nytprof-perl keeps it.
  static var flamegraphPL: String? {
    path("flamegraph.pl")
      ?? ["/usr/share/perl5/Devel/NYTProf/flamegraph.pl"].first(where: FileManager.default.isReadableFile)
  }

  private static func path(_ program: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(program)" }.first(where: FileManager.default.isExecutableFile)
  }

  private static func program(_ name: String) -> String? {
    let path = packages.appendingPathComponent("bin/\(name)").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }

  /// The folder of Perfetto's UI.
  static var perfetto: String? {
    let files = FileManager.default.enumerator(at: packages, includingPropertiesForKeys: nil)
    while let file = files?.nextObject() as? URL {
      if file.lastPathComponent == "trace_processor.wasm" { return file.deletingLastPathComponent().path }
    }
    return nil
  }
}

/// inferno as the wheel offers it: `flamegraph --perfdata` asks a `perf` on the path, which prints what we like.
struct Inferno {
  private let program: String
  private let folder: Consumer.Folder

  init(_ program: String, _ folder: Consumer.Folder) {
    self.program = program
    self.folder = folder
  }

  /// Folded text of perf script text.
  func collapse(_ perf: [UInt8]) throws -> String {
    _ = try draw(perf, process: "tee \(folder.path)/folded")
    return try String(contentsOfFile: folder.path + "/folded", encoding: .utf8)
  }

  /// The SVG of folded text.
  func render(_ folded: [UInt8], _ arguments: [String] = []) throws -> String {
    let file = try folder.write("given", folded)
    let tiny = Array("x 1 1.0: 1 c:\n\t1 f (m)\n\n".utf8)
    return try draw(tiny, process: "sh -c 'cat > /dev/null; cat \(file)'", arguments)
  }

  private func draw(_ perf: [UInt8], process: String, _ arguments: [String] = []) throws -> String {
    let text = try folder.write("perf.txt", perf)
    let stand = try folder.write("bin/perf", Array("#!/bin/sh\nexec cat '\(text)'\n".utf8))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: stand)
    _ = try folder.write("perf.data", [])
    let path = folder.path + "/bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
    let options =
      ["--perfdata", "perf.data", "-o", "out.svg", "--deterministic", "--post-process", process] + arguments
    _ = try folder.run(program, options, ["PATH": path])
    return try String(contentsOfFile: folder.path + "/out.svg", encoding: .utf8)
  }
}
