// samples/: each recording is small, carries its names, and draws the pictures that stand beside it.
import Foundation
import Testing
import TraceModel

@Suite struct SampleTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../samples")
    .standardizedFileURL

  static let all = ["files", "pipelines", "shell"]

  @Test func noneIsForgotten() throws {
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: Self.root.path).filter {
        FileManager.default.fileExists(atPath: Self.root.appendingPathComponent("\($0)/workload.sh").path)
      }.sorted() == Self.all)
  }

  @Test(arguments: all, ["on-cpu", "off-cpu"])
  func picturesAreThoseOfTheRecording(sample: String, measure: String) async throws {
    let folder = Self.root.appendingPathComponent(sample)
    let flags = measure == "off-cpu" ? " --off-cpu" : ""
    let result = try await KFlameTests.shell("\"$KFLAME\" render '\(folder.path)/recording.apus'\(flags)")
    let picture = folder.appendingPathComponent("\(measure).svg")
    #expect(result.status == 0 && result.error == "")
    guard result.output != (try? String(contentsOf: picture, encoding: .utf8)) else { return }
    if ProcessInfo.processInfo.environment["APUS_RECORD"] == "1" {
      try result.output.write(to: picture, atomically: true, encoding: .utf8)
    }
    Issue.record("\(sample)/\(measure).svg is not what kflame draws; APUS_RECORD=1 draws it anew")
  }

  @Test(arguments: all)
  func recordingsAreSmallAndWhole(sample: String) throws {
    let bytes = try Data(contentsOf: Self.root.appendingPathComponent("\(sample)/recording.apus"))
    #expect(bytes.count <= 150_000)
    var model = TraceModel()
    model.feed([UInt8](bytes))
    model.finish()
    let session = try #require(model.session)
    #expect(model.names(of: session) != nil && model.badFrames == 0)
    #expect(session.losses.droppedSource == 0 && session.losses.lostWire == 0)
  }
}
