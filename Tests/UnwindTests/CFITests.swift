// Call frame information: what gcc writes, with and without frame pointers, is read as binutils' readelf reads it.
import Foundation
import Testing

@testable import Unwind

@Suite struct CFITests {
  private static let source = """
    #include <string.h>
    int leaf(int a) { return a * 3; }
    __attribute__((noinline)) int middle(int a, int b) { volatile char c[100]; memset((char *)c, a, 100); return leaf(b) + c[b & 63]; }
    __attribute__((noinline)) int saves(int a, int b, int c, int d) { int x = middle(a, b), y = middle(c, d), z = middle(x, y); return x + y * z + middle(y, z); }
    __attribute__((noinline)) int sized(int n) { volatile char v[n]; memset((char *)v, n, n); return saves(v[0], n, n, n); }
    int early(int a) { if (a > 3) return saves(a, a, a, a) + sized(a); if (a < 0) return sized(-a); return a; }
    int main(int n, char **v) { (void)v; return early(n) + leaf(n); }
    """

  /// A row of readelf's table: at this address the CFA, where rbp is kept, where the return address.
  private struct Row {
    var address: UInt64
    var cfa: String
    var rbp: String
    var ra: String
  }

  @Test(arguments: [
    ["-O2", "-fomit-frame-pointer"], ["-O0"], ["-Os", "-fno-omit-frame-pointer"],
    ["-O2", "-g", "-fno-asynchronous-unwind-tables"], ["-O2", "-g", "-gdwarf-3", "-fno-asynchronous-unwind-tables"],
  ])
  func readsWhatReadelfReads(flags: [String]) throws {
    let program = FileManager.default.temporaryDirectory.appendingPathComponent("cfi-\(UUID())")
    defer { try? FileManager.default.removeItem(at: program) }
    let build = ["-x", "c", "-fcf-protection=none", "-o", program.path] + flags + ["-"]
    try #require(try Self.run(["gcc"] + build, input: Self.source).status == 0)
    let image = try ELFImage([UInt8](try Data(contentsOf: program)))
    let cfi = CFI(image)
    let rows = Self.rows(try Self.run(["readelf", "--debug-dump=frames-interp", program.path]).output)
    #expect(rows.count >= 20)
    for row in rows {
      #expect(Self.text(cfi.rule(at: row.address)) == Self.text(row), "at \(String(row.address, radix: 16))")
    }
    // Our own functions must be among what has been compared.
    for function in image.functions() where ["leaf", "middle", "saves", "sized", "early"].contains(function.name) {
      #expect(cfi.rule(at: function.address) == CFI.Rule(cfaRegister: 7, cfaOffset: 8))
    }
    #expect(cfi.rule(at: 0) == nil && cfi.rule(at: .max) == nil)
  }

  private static func text(_ rule: CFI.Rule?) -> String {
    guard let rule else { return "none" }
    let base = rule.cfaRegister == 6 ? "rbp" : rule.cfaRegister == 7 ? "rsp" : "r\(rule.cfaRegister)"
    let rbp = rule.rbpOffset.map { "c\(signed($0))" } ?? "u"
    return "\(base)\(signed(rule.cfaOffset)) \(rbp) c\(signed(rule.returnOffset))"
  }

  private static func signed(_ value: Int64) -> String { value < 0 ? "\(value)" : "+\(value)" }
  private static func text(_ row: Row) -> String {
    row.cfa == "exp" || row.rbp == "exp" ? "none" : "\(row.cfa) \(row.rbp) \(row.ra)"
  }

  // A row may stand at the end of a function, where it says nothing. Tables have a head `LOC CFA rbx rbp … ra`; registers that a function never saves have no column.
  private static func rows(_ text: String) -> [Row] {
    var rows: [Row] = []
    var columns: [Substring] = []
    var function: Range<UInt64> = 0..<0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let words = line.split(separator: " ")
      if let pc = words.last(where: { $0.hasPrefix("pc=") })?.dropFirst(3).split(separator: "."), pc.count == 2 {
        function = (UInt64(pc[0], radix: 16) ?? 0)..<(UInt64(pc[1], radix: 16) ?? 0)
      }
      if words.first == "LOC" || (words.count > 1 && words.contains("CFA") && words.contains("ra")) {
        columns = words
      } else if words.count == columns.count, let address = words.first.flatMap({ UInt64($0, radix: 16) }),
        function.contains(address)
      {
        let place = columns.firstIndex(of: "rbp")
        rows.append(
          Row(
            address: address, cfa: String(words[1]), rbp: place.map { String(words[$0]) } ?? "u",
            ra: String(words.last ?? "")))
      } else if words.isEmpty {
        columns = []
      }
    }
    return rows
  }

  @Test func damagedInformationHasNoRule() throws {
    let program = FileManager.default.temporaryDirectory.appendingPathComponent("cfi-\(UUID())")
    defer { try? FileManager.default.removeItem(at: program) }
    try #require(
      try Self.run(["gcc", "-O2", "-g", "-x", "c", "-o", program.path, "-"], input: Self.source).status == 0)
    let whole = [UInt8](try Data(contentsOf: program))
    var random = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      var bytes = whole
      for _ in 0..<20 {
        bytes[Int.random(in: 64..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if Bool.random() { bytes.removeLast(Int.random(in: 0..<bytes.count - 64)) }
      guard let image = try? ELFImage(bytes) else { continue }
      let cfi = CFI(image)
      for function in image.functions() {
        for offset in 0..<32 as Range<UInt64> { _ = cfi.rule(at: function.address &+ offset) }
      }
      _ = image.buildID
    }
  }

  static func run(_ command: [String], input: String = "") throws -> (status: Int32, output: String) {
    let process = Process()
    let (stdin, stdout) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardInput = stdin
    process.standardOutput = stdout
    try process.run()
    try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try stdin.fileHandleForWriting.close()
    let output = stdout.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
