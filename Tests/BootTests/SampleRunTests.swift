// The workloads of samples/ print what stands beside them.

import Foundation
import Guest
import Testing

@Suite(.enabled(if: Machine.isWanted), .serialized)
struct SampleRunTests {
  @Test(arguments: ["files", "pipelines", "shell"])
  func printsWhatIsExpected(sample: String) async throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../samples/\(sample)").standardizedFileURL
    let script = Initramfs.Addition(source: folder.path + "/workload.sh", target: "/workload.sh")
    let result = try await Machine.run(["sh", "/workload.sh"]) { $0.additions = [script] }
    #expect(result.report.end == .exited(0))
    #expect(try result.console == String(contentsOf: folder.appendingPathComponent("expected.txt"), encoding: .utf8))
  }
}
