// What comes out without a screen, read by those it is for.
import Foundation
import Testing

@testable import TraceTestSupport
@testable import ktop

@Suite struct BatchTests {
  private let scratch = Scratch()

  @Test func commaSeparatedValuesSayWhatTheTableSays() throws {
    let file = scratch.file("a.rec", Sample().recording)
    let result = try Tool.ktop("dump", file, "--csv")
    let lines = result.output.components(separatedBy: "\r\n").dropLast().map { $0.components(separatedBy: ",") }
    let head = try #require(lines.first)
    #expect(lines.allSatisfy { $0.count == head.count } && head.starts(with: ["kind", "number", "name", "count"]))
    let calls = lines.filter { $0[0] == "system_call" }.compactMap { Int($0[3]) }
    #expect(calls.reduce(0, +) == 4000)
    #expect(lines.contains { $0[0] == "lock" && $0[2] == "frame_allocator" && $0[3] == "2000000" })
    #expect(lines.contains { $0[0] == "span" && $0[2] == "page_fault" })
  }

  @Test func formatsExcludeEachOther() throws {
    let file = scratch.file("a.rec", Sample(calls: 100).recording)
    #expect(try Tool.ktop("dump", file, "--csv", "--json").status == 64)
    #expect(try Tool.ktop("serve", file, "--openmetrics", "192.0.2.1:80").status == 64)
    #expect(try Tool.ktop("serve", file, "--openmetrics", "nonsense").status == 64)
    #expect(try Tool.ktop("watch", file, "--interval", "0").status == 64)
  }

  @Test func bucketsOfAHistogramAddUp() throws {
    let file = scratch.file("a.rec", Sample().recording)
    let lines = try Tool.ktop("dump", file, "--openmetrics").output.split(separator: "\n")
    #expect(lines.last == "# EOF")
    let read = lines.filter { $0.hasPrefix("apus_system_call_duration_seconds_bucket{system_call=\"read\"") }
    let values = read.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
    #expect(values == values.sorted() && values.count > 20 && values[0] < values.last!)
    let count = lines.first { $0.hasPrefix("apus_system_call_duration_seconds_count{system_call=\"read\"}") }
    #expect(count?.hasSuffix(" \(values.last!)") == true)
  }

  @Test func onceIsATableWithoutAScreen() throws {
    let result = try Tool.ktop("replay", scratch.file("a.rec", Sample().recording), "--once")
    #expect(result.status == 0 && result.output.contains("SYSTEM CALL"))
  }

  @Test(arguments: [3, nil]) func linesOfJSONComeOneByOne(count: Int?) throws {
    let path = scratch.file("line")
    let kernel = FakeKernel(unix: path)
    let recording = Sample().recording
    let limit = count.map { ["--count", "\($0)"] } ?? []
    let ktop = try Tool.start(["watch", path, "--jsonl", "--interval", "0.1"] + limit)
    kernel.accept()
    kernel.send(recording)
    if count == nil { kernel.hangUp() }
    let result = ktop.wait()
    #expect(result.status == 0)
    let lines = try result.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(count.map { lines.count == $0 } ?? !lines.isEmpty)
    for line in lines { #expect(line["schema_version"] as? Int == 1 && line["seconds"] is Double) }
    // The first of them may have come in the middle of the stream; a line that ends is told to its end.
    let calls = lines.last?["syscalls"] as? [[String: Any]] ?? []
    if count == nil { #expect(calls.reduce(0) { $0 + ($1["count"] as? Int ?? 0) } == 4000) }
  }

  // MARK: Serving

  /// ktop serve over a line that stays open, and its address.
  private func serving(_ body: (String) throws -> Void) throws {
    let path = scratch.file("served")
    let kernel = FakeKernel(unix: path)
    let ktop = try Tool.start(["serve", path, "--openmetrics", "127.0.0.1:0"])
    defer {
      kernel.hangUp()
      _ = ktop.wait()
    }
    kernel.accept()
    kernel.send(Sample().recording)
    var words = ""
    while !words.contains("\n") {
      let piece = ktop.errors.fileHandleForReading.availableData
      guard !piece.isEmpty else { break }
      words += String(decoding: piece, as: UTF8.self)
    }
    let address = try #require(words.split(separator: "/").dropFirst().first)
    try body(String(address))
  }

  private func curl(_ arguments: String...) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["curl", "-s", "-i", "--max-time", "60", "--retry", "5", "--retry-all-errors"] + arguments
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text
  }

  @Test func metricsAreServedAndNothingElse() throws {
    try serving { address in
      let page = try curl("http://\(address)/metrics")
      #expect(page.hasPrefix("HTTP/1.1 200 OK\r\n") && page.contains("application/openmetrics-text"))
      #expect(page.contains("apus_records_total{fate=\"received\"}") && page.hasSuffix("# EOF\n"))
      #expect(try curl("http://\(address)/other").hasPrefix("HTTP/1.1 404"))
      #expect(try curl("-X", "POST", "http://\(address)/metrics").hasPrefix("HTTP/1.1 405"))
      #expect(try curl("-I", "http://\(address)/metrics").hasSuffix("\r\n\r\n"))
    }
  }

  @Test func prometheusScrapesIt() throws {
    guard let prometheus = Peer.path("prometheus") else { return Peer.skip("prometheus") }
    try serving { address in
      let config = scratch.file(
        "prometheus.yml",
        Array(
          """
          global: {scrape_interval: 2s, scrape_timeout: 2s}
          scrape_configs:
            - job_name: apus
              static_configs: [{targets: ['\(address)']}]
          """.utf8))
      let server = Process()
      server.executableURL = URL(fileURLWithPath: prometheus)
      // One that was free a moment ago.
      let port = FakeKernel().port
      server.arguments = [
        "--config.file=\(config)", "--storage.tsdb.path=\(scratch.path)/data", "--web.listen-address=127.0.0.1:\(port)",
        "--log.level=error",
      ]
      server.standardError = FileHandle.nullDevice
      try server.run()
      defer {
        server.terminate()
        server.waitUntilExit()
      }
      // On a busy machine a scrape may be late, and the next is not.
      func says(_ words: String, _ query: String) throws -> Bool {
        try eventually {
          try curl("--data-urlencode", "query=\(query)", "http://127.0.0.1:\(port)/api/v1/query").contains(words)
        }
      }
      #expect(
        try says("\"system_call\":\"read\"", "histogram_quantile(0.99, apus_system_call_duration_seconds_bucket)"))
      #expect(try says("\"1\"]", "up{job=\"apus\"}"))
      #expect(try says("\"4000\"]", "sum(apus_system_call_duration_seconds_count)"))
      #expect(try says("\"2000000\"]", "apus_lock_acquisitions_total{lock=\"frame_allocator\"}"))
    }
  }
}

/// Programs that the tests need and the project does not.
enum Peer {
  static func path(_ program: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(program)" }.first(where: FileManager.default.isExecutableFile)
  }

  static func skip(_ what: String) {
    if ProcessInfo.processInfo.environment["APUS_CONSUMERS"] == "all" {
      Issue.record("\(what) is not installed")
    } else {
      print("skipped: \(what) is not installed; Debian has it as a package")
    }
  }
}
