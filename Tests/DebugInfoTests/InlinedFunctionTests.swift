// Inlined functions against what LLVM's symbolizer says of the same program.

import DebugInfo
import Foundation
import Testing

@Suite struct InlinedFunctionTests {
  private static let source = """
    static volatile int sink;
    static inline __attribute__((always_inline)) void inner(int x) { sink += x * 3; sink ^= x; }
    static inline __attribute__((always_inline)) void middle(int x) { sink = x; inner(x + 1); sink -= 2; }
    __attribute__((noinline)) void outer(int x) { for (int i = 0; i < x; i++) middle(i); inner(7); }
    int main(int argc, char **argv) { outer(argc); return sink; }
    """

  @Test func agreesWithTheSymbolizer() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = folder.appending(path: "program").path
    try Self.source.write(toFile: folder.path + "/program.c", atomically: true, encoding: .utf8)
    _ = try run("/usr/bin/env", ["clang", "-g", "-O1", "-no-pie", "-o", program, folder.path + "/program.c"])
    let inlined = InlinedFunctions(path: program)
    try #require(!inlined.isEmpty, "libdw, which Tools/setup installs, reads the debug information")
    let (start, end) = try range(of: "outer", in: program)
    var depths = Set<Int>()
    let addresses = Array(start..<end)
    let tool = ["llvm-symbolizer", "--obj", program, "--no-demangle"]
    let answers = try run("/usr/bin/env", tool + addresses.map { "0x" + String($0, radix: 16) })
      .components(separatedBy: "\n\n")
    for (address, answer) in zip(addresses, answers) {
      // A pair of lines an inlined function, the innermost first, and one for the function itself.
      let lines = answer.split(separator: "\n").map(String.init)
      let expected = stride(from: 0, to: lines.count, by: 2).map { lines[$0] }.reversed()
      #expect(["outer"] + inlined.names(at: address) == Array(expected), "at \(String(address, radix: 16))")
      depths.insert(expected.count)
    }
    #expect(depths.isSuperset(of: [1, 2, 3]))
  }

  @Test func aFileWithoutDebugInformationHasNone() {
    #expect(InlinedFunctions(path: "/bin/busybox").isEmpty)
    #expect(InlinedFunctions(path: "/no/such/file").isEmpty)
    #expect(InlinedFunctions(path: "/etc/passwd").names(at: 1).isEmpty)
  }

  private func range(of function: String, in program: String) throws -> (UInt64, UInt64) {
    let line = try run("/usr/bin/nm", ["-S", program]).split(separator: "\n").first { $0.hasSuffix(" \(function)") }
    let fields = try #require(line).split(separator: " ")
    let start = try #require(UInt64(fields[0], radix: 16))
    return (start, start + (try #require(UInt64(fields[1], radix: 16))))
  }

  private func run(_ tool: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: tool)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
  }
}
