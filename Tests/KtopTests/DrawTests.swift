// Pictures of screens, and what make install puts beside the tools: pages and completions of what the tools say.
import Foundation
#if canImport(FoundationXML)
  import FoundationXML
#endif
import Testing

@testable import ktop

@Suite struct DrawTests {
  private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  private let scratch = Scratch()

  @Test func thePicturesOfTheDocumentsAreThoseOfTheRecordings() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: root + "/Tools/pictures")
    process.arguments = [URL(fileURLWithPath: Tool.path).deletingLastPathComponent().path]
    process.environment = ProcessInfo.processInfo.environment.merging([
      "PICTURES": scratch.path, "XDG_CONFIG_HOME": scratch.path, "XDG_CACHE_HOME": scratch.path,
    ]) { $1 }
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    for name in ["flame", "ktop", "ktop-system-call", "ktop-flame", "ktop-lock", "ktop-timeline"] {
      let drawn = String(decoding: scratch.read(name + ".svg"), as: UTF8.self)
      let kept = try String(contentsOfFile: root + "/docs/images/\(name).svg", encoding: .utf8)
      #expect(drawn == kept, "docs/images/\(name).svg: make pictures draws it anew")
      #expect(XMLParser(data: Data(drawn.utf8)).parse())
    }
  }

  @Test func sizesAndKeysThatAreNoneAreRefused() throws {
    let file = scratch.file("a.rec", Sample(calls: 100).recording)
    #expect(try Tool.ktop("draw", file, "--size", "10x10").status == 64)
    #expect(try Tool.ktop("draw", file, "--press", "F99").status == 64)
    let text = try Tool.ktop("draw", file, "--text", "--ascii", "--size", "80x24", "--press", "2")
    #expect(text.status == 0 && text.output.contains("[2 Locks]"))
    #expect(text.output.split(separator: "\n", omittingEmptySubsequences: false).count == 25)
  }

  @Test func manualPagesAndCompletionsSayWhatHelpSays() throws {
    let page = try run(root + "/Tools/manual", [Tool.path])
    #expect(page.hasPrefix(".Dd") && page.contains(".Nm ktop") && page.contains("\\-\\-openmetrics"))
    for shell in ["bash", "zsh", "fish"] {
      let script = try Tool.ktop("--generate-completion-script", shell).output
      #expect(script.contains("attach") && script.contains("openmetrics"))
    }
    // What reads pages finds nothing to complain of.
    guard let mandoc = Peer.path("mandoc") ?? Peer.path("groff") else { return Peer.skip("mandoc or groff") }
    let file = scratch.file("ktop.1", Array(page.utf8))
    let shown = try run(mandoc, mandoc.hasSuffix("mandoc") ? ["-T", "utf8", file] : ["-mdoc", "-T", "utf8", file])
    #expect(shown.contains("128+N"))
  }

  private func run(_ path: String, _ arguments: [String]) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return text
  }
}
