// Calls in compiled code against what objdump says.

import Foundation
import TraceModel
import Testing

@testable import Unwind

@Suite struct CallInstructionTests {
  private static let source = """
    extern int other(int); typedef int (*function)(int); extern function table[]; extern function one;
    int direct(int x) { return other(x) + other(x + 1); }
    int indirect(int x) { return table[x](x) + one(x) + table[3](1); }
    int local(function f, function *g, long n) { return f(1) + g[n](2) + g[2](3) + g[200](4) + f(5); }
    int other(int x) { return x; } function table[9]; function one;
    int main(void) { return direct(1) + indirect(0) + local(one, table, 2); }
    """

  @Test(arguments: ["-O0", "-O1", "-O2 -fno-omit-frame-pointer"]) func agreesWithObjdump(flags: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Self.source.write(toFile: folder.path + "/c.c", atomically: true, encoding: .utf8)
    let program = folder.path + "/c"
    let options = flags.split(separator: " ").map(String.init)
    _ = try run(["clang", "-fno-inline", "-no-pie", "-o", program, folder.path + "/c.c"] + options)
    let image = try ELFImage([UInt8](Data(contentsOf: URL(fileURLWithPath: program))))
    let lines = try run(["objdump", "-d", "--no-show-raw-insn", program]).split(separator: "\n").map(String.init)
    var (direct, indirect) = (0, 0)
    for (line, next) in zip(lines, lines.dropFirst()) {
      guard let end = address(next), let call = line.range(of: "call ") else { continue }
      let operand = line[call.upperBound...].drop { $0 == " " }
      if operand.hasPrefix("*") {
        #expect(CallInstruction.before(end, in: image) == .indirect, "\(line)")
        indirect += 1
      } else {
        let target = try #require(UInt64(operand.prefix { $0 != " " }, radix: 16))
        #expect(CallInstruction.before(end, in: image) == .direct(target), "\(line)")
        direct += 1
      }
    }
    #expect(direct >= 1 && indirect >= 5)
    // The first instruction of main stands behind none.
    let main = try #require(lines.first { $0.hasSuffix(" <main>:") }?.prefix(16))
    #expect(CallInstruction.before(try #require(UInt64(main, radix: 16)) + 1, in: image) == nil)
    #expect(CallInstruction.before(1, in: image) == nil)
  }

  private func address(_ line: String) -> UInt64? {
    line.firstIndex(of: ":").flatMap { UInt64(line[..<$0].trimmingCharacters(in: .whitespaces), radix: 16) }
  }

  private func run(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
  }
}
