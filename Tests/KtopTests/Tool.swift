// The real ktop, run as a user runs it, without a terminal.
import Foundation

struct Tool {
  var status: Int32
  var output: String
  var errors: String

  static let path = Bundle.main.executableURL!.deletingLastPathComponent().appendingPathComponent("ktop").path

  /// Runs to the end; names come from nowhere but the arguments.
  static func ktop(
    _ arguments: String..., input: [UInt8]? = nil, environment: [String: String] = [:]
  ) throws -> Tool {
    let process = try start(arguments, input: input, environment: environment)
    return process.wait()
  }

  struct Running: @unchecked Sendable {
    let process: Process
    let output = Pipe()
    let errors = Pipe()
    fileprivate let state = Scratch()

    /// Whether it has come so far in a file that it reads.
    func hasRead(_ bytes: Int, of path: String) -> Bool {
      let folder = "/proc/\(process.processIdentifier)"
      let numbers = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/fd")) ?? []
      let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      guard
        let number = numbers.first(where: {
          (try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/fd/" + $0)) == real
        }), let text = try? String(contentsOfFile: folder + "/fdinfo/" + number, encoding: .utf8)
      else { return false }
      return text.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0 >= bytes
    }

    func wait() -> Tool {
      // Outputs here are smaller than a pipe.
      defer { _ = state }  // Kept until it has ended.
      let out = output.fileHandleForReading.readDataToEndOfFile()
      let err = errors.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return Tool(
        status: process.terminationStatus, output: String(decoding: out, as: UTF8.self),
        errors: String(decoding: err, as: UTF8.self))
    }
  }

  static func start(
    _ arguments: [String], input: [UInt8]? = nil, environment changes: [String: String] = [:]
  ) throws -> Running {
    let running = Running(process: Process())
    running.process.executableURL = URL(fileURLWithPath: path)
    running.process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
    for name in ["XDG_CACHE_HOME", "XDG_CONFIG_HOME"] { environment[name] = NSTemporaryDirectory() + "apus-nothing" }
    environment["XDG_STATE_HOME"] = running.state.path
    environment.merge(changes) { $1 }
    running.process.environment = environment
    running.process.standardOutput = running.output
    running.process.standardError = running.errors
    let pipe = Pipe()
    running.process.standardInput = pipe
    try running.process.run()
    if let input { try? pipe.fileHandleForWriting.write(contentsOf: Data(input)) }
    try? pipe.fileHandleForWriting.close()
    return running
  }
}

/// A folder that goes away with the value.
final class Scratch {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "apus-ktop-\(UInt32.random(in: 0...UInt32.max))"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String, _ bytes: [UInt8]? = nil) -> String {
    let file = path + "/" + name
    if let bytes { _ = FileManager.default.createFile(atPath: file, contents: Data(bytes)) }
    return file
  }

  func read(_ name: String) -> [UInt8] { FileManager.default.contents(atPath: path + "/" + name).map(Array.init) ?? [] }
}
