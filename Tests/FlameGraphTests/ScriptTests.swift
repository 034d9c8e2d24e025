// The script of the SVG against the Swift code that it mirrors, run by node where that is installed.
import Foundation
import Testing

@testable import FlameGraph

@Suite struct ScriptTests {
  @Test func parses() throws {
    let svg = FlameGraphSVG().render(LayoutTests.randomStacks(1))
    let script = try #require(svg.firstMatch(of: /<script><!\[CDATA\[([\s\S]*?)\]\]><\/script>/)).1
    _ = try Node.run(String(script), check: true)
  }

  @Test func readsTheTableAsItWasLaidOut() throws {
    let layout = FlameLayout(LayoutTests.randomStacks(2))
    let lines = try Node.run(
      Self.script(
        FlameGraphSVG().render(LayoutTests.randomStacks(2)),
        """
        for (let i = 0; i < frames.count; i++)
          print([nameOf(i), frames.depth[i], frames.end[i], frames.start[i], frames.total[i], frames.own[i]].join(" "));
        """))
    guard let lines else { return }
    let x = layout.positions
    let expected = layout.frames.enumerated().map { index, frame in
      "\(layout.name(of: frame)) \(frame.depth) \(frame.end) \(x[index]) \(frame.width) \(layout.own(of: index))"
    }
    #expect(lines == expected)
  }

  @Test func cutsNamesAlike() throws {
    let names = [
      "short", "a_function_with_a_long_name", "a::qualified::name_that_is_long", "/a/path/that/is/long.txt", "漢字漢字漢字漢字",
      "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}", "\u{1f525}\u{1f525}\u{1f525}\u{1f525}", "",
    ]
    let calls = names.flatMap { name in (0...14).map { "print(fit(\"\(name)\", \($0)));" } }
    let lines = try Node.run(Self.script(FlameGraphSVG().render(LayoutTests.randomStacks(2)), calls.joined()))
    guard let lines else { return }
    #expect(lines == names.flatMap { name in (0...14).map { FittedName.fit(name, columns: $0) } })
  }

  @Test func writesNumbersAlike() throws {
    let values: [UInt64] = [0, 1, 999, 1000, 1001, 123_456, 999_999, 1_000_000, 59_999_999_999, 1 << 50]
    let calls = values.map { "print(amount(\($0)), percent(\($0), 3e9));" }
    let settings = FlameGraphSVG(unit: "on-CPU ns")
    let lines = try Node.run(Self.script(settings.render(LayoutTests.randomStacks(2)), calls.joined()))
    guard let lines else { return }
    let picture = FlamePicture(settings: settings, layout: FlameLayout(FoldedStacks()))
    #expect(lines == values.map { "\(picture.amount($0)) \(Quantity.percent($0, of: 3_000_000_000))" })
  }

  /// The parts of the script that touch no document, with the SVG's own table, and then `code`.
  static func script(_ svg: String, _ code: String) throws -> String {
    func quoted(_ text: Substring) throws -> String {
      String(decoding: try JSONEncoder().encode(String(text)), as: UTF8.self)
    }
    let names = try #require(svg.firstMatch(of: /<metadata class="names">([^<]*)</)).1
    let table = try #require(svg.firstMatch(of: /<metadata class="table">([^<]*)</)).1
    let unit = try #require(svg.firstMatch(of: /data-unit="([^"]*)"/)).1
    func column(_ name: String) -> Substring {
      (try? Regex("<metadata class=\"\(name)\">([^<]*)<").firstMatch(in: svg)?.output[1].substring) ?? ""
    }
    var sides = ""
    for name in ["before", "after"] {
      if let match = try Regex("data-\(name)=\"([0-9]+)\"").firstMatch(in: svg) {
        sides += ", \(name): \"\(match.output[1].substring ?? "")\""
      }
    }
    return """
      const svg = { dataset: { unit: \(try quoted(unit)), minimum: "400", bits: "0"\(sides) },
        querySelector: (wanted) => (wanted === ".names" ? { textContent: \(try quoted(names)) } : null),
        querySelectorAll: (wanted) => [{ textContent: ({ ".table": \(try quoted(table)), ".before": \(try quoted(column("before"))), ".after": \(try quoted(column("after"))) })[wanted] }] };
      const document = { currentScript: { ownerSVGElement: svg } };
      const print = (...words) => console.log(words.join(" "));
      \(FlameScript.table)\(FlameScript.numbers)\(FlameScript.names)\(code)})();
      """
  }
}

enum Node {
  /// The lines a script prints; nil when there is no node.
  static func run(_ script: String, check: Bool = false) throws -> [String]? {
    let folder = FileManager.default.temporaryDirectory
    let file = folder.appendingPathComponent("\(UUID()).js")
    try script.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let node = Process()
    node.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    node.arguments = ["node"] + (check ? ["--check"] : []) + [file.path]
    let output = Pipe()
    node.standardOutput = output
    try node.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    node.waitUntilExit()
    if node.terminationStatus == 127 {
      print("skipped: node is not installed (Debian: nodejs)")
      return nil
    }
    #expect(node.terminationStatus == 0)
    return String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n").dropLast()
  }
}
