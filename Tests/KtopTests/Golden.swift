// Compares text with a file in Golden/. APUS_RECORD=1 writes the files anew; the test fails then, so that nobody
// records by accident.
import Foundation
import Testing

func expectGolden(_ text: String, _ name: String, location: SourceLocation = #_sourceLocation) throws {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
  let file = folder.appendingPathComponent(name + ".txt")
  if ProcessInfo.processInfo.environment["APUS_RECORD"] != nil {
    try text.write(to: file, atomically: true, encoding: .utf8)
    Issue.record("recorded \(name); run again without APUS_RECORD", sourceLocation: location)
    return
  }
  guard let expected = try? String(contentsOf: file, encoding: .utf8) else {
    Issue.record("no Golden/\(name).txt; APUS_RECORD=1 records it", sourceLocation: location)
    return
  }
  #expect(text == expected, sourceLocation: location)
}
