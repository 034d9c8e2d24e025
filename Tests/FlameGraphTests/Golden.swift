// Files to compare with. APUS_RECORD=1 writes them anew; a recording that changes something fails, so that somebody
// looks at it.
import Foundation
import Testing

enum Golden {
  static func expect(_ text: String, _ name: String, in folder: String = #filePath) throws {
    let file = URL(fileURLWithPath: folder).deletingLastPathComponent().appendingPathComponent("Golden/\(name)")
    let expected = try? String(contentsOf: file, encoding: .utf8)
    if expected == text { return }
    if ProcessInfo.processInfo.environment["APUS_RECORD"] == "1" {
      try text.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("\(name) was recorded; look at it and run again")
    } else {
      Issue.record("\(name) differs from what was drawn; APUS_RECORD=1 records it anew")
    }
  }
}

enum XMLLint {
  private static let path = "/usr/bin/xmllint"

  /// Where xmllint is installed, it must accept the text.
  static func check(_ text: String) throws {
    guard FileManager.default.isExecutableFile(atPath: path) else {
      print("skipped: \(path) is not installed (Debian: libxml2-utils)")
      return
    }
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).svg")
    try text.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let lint = try Process.run(URL(fileURLWithPath: path), arguments: ["--noout", "--nonet", file.path])
    lint.waitUntilExit()
    #expect(lint.terminationStatus == 0)
  }
}
