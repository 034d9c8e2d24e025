// `apus conform`: holds a stream against the specification of the wire format.

import ArgumentParser
import Foundation
import Recordings
import TraceModel

struct Conform: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conform",
    abstract: "Check that a stream follows docs/wire-format.md: framing, checksums, HELLO, indexes, counters, names.",
    discussion: """
      For kernels that write the format themselves. Status 0: nothing is violated; 65: something is, and each line \
      says where and what. A stream that is still being written: ktop record ENDPOINT -o - --for 10 | apus conform -
      """)

  @Argument(help: "A recording or raw stream; - for standard input.")
  var file: String

  @Option(help: ArgumentHelp("Names of spans, locks and probes from this kernel's ELF file.", valueName: "FILE"))
  var elf: String?

  func run() throws {
    do { try check() } catch let error as ToolError {
      FileHandle.standardError.write(Data("apus: \(error)\n".utf8))
      throw ExitCode(error.exitCode)
    }
  }

  private func check() throws {
    var check = ConformanceCheck()
    if let elf { check.add(try KernelNames.read(elf)) }
    let input = try ByteInput(path: file)
    defer { input.close() }
    while let bytes = try input.next() { check.feed(bytes) }
    check.finish()
    for violation in check.violations { print("\(input.name): \(violation)") }
    let more = check.violationCount - UInt64(check.violations.count)
    if more > 0 { print("\(input.name): and \(more) more") }
    print(
      "\(check.frames) frames, \(check.records) records, \(check.hellos) HELLO, \(check.unknownFrames) of unknown type,"
        + " \(check.consoleBytes) bytes of text; \(check.violationCount) violations")
    if check.violationCount > 0 { throw ExitCode(ToolError.Kind.badInput.rawValue) }
  }
}
