// `ktop findings`: what is worth mending in a kernel, with evidence; for people or for programs.

import ArgumentParser
import Recordings
import TraceModel

struct Findings: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what is worth mending in a kernel: needless locks, logging, untouched memory, calls grown slower.",
    discussion: "Rules about locks need the probes syscalls, scheduler and locks; the others, process.")

  @OptionGroup var input: TraceInput

  @Flag(help: "JSON, with its schema_version.")
  var json = false

  @Flag(help: "Exit with status 2 when there is any finding.")
  var fail = false

  func run() async {
    await endingWithStatus {
      let (collector, ending) = try input.collect()
      let found = collector.model.session.map(collector.model.findings(of:)) ?? []
      let cost = TextReport(collector.snapshot()).cost.map { $0 + "\n" } ?? ""
      try printOut(
        json ? Finding.report(found, of: collector.model.session).text : text(found, collector.model) + cost)
      return fail && !found.isEmpty && ending.status == 0 ? 2 : ending.status
    }
  }

  private func text(_ found: [Finding], _ model: TraceModel) -> String {
    guard found.isEmpty else { return found.map(\.text).joined(separator: "\n\n") + "\n" }
    let keys = model.session.flatMap { session in
      session.hello.map { hello in
        (model.names(of: session)?.keys ?? [:]).filter { hello.enabledKeys >> UInt32($0.key) & 1 == 0 }.values.sorted()
      }
    }
    let missing = (keys ?? []).filter { ["syscalls", "scheduler", "locks", "process"].contains($0) }
    let note = missing.isEmpty ? "" : " (probes that were off at the end: \(missing.joined(separator: ", ")))"
    return "No findings\(note).\n"
  }
}
