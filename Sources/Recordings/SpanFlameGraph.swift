// From a recording to a flame graph in one call, for every tool alike.

import FlameGraph
import TraceModel
import Tracer

extension TraceModel {
  /// The SVG of a boot, by default the current one; call `finish()` before if the stream has ended.
  public func flameGraph(_ measure: SpanMeasure = .onCPU, of session: Session? = nil, title: String? = nil) -> String {
    let session = session ?? self.session
    var settings = flameGraphSettings(measure, of: session)
    if let title { settings.title = title }
    return settings.render(session.map { stacks(of: $0, measure) } ?? FoldedStacks())
  }

  /// Title, subtitle and unit for the stacks of a boot; to be changed at will.
  public func flameGraphSettings(_ measure: SpanMeasure, of session: Session?) -> FlameGraphSVG {
    var settings = FlameGraphSVG(
      title: measure == .onCPU ? "Kernel time by thread" : "Time switched out in the kernel, by thread",
      unit: session.map(measure.unit) ?? measure.rawValue)
    settings.emptyMessage = "No \(measure.rawValue) time in any span of this recording."
    if let session { settings.subtitle = facts(of: session).joined(separator: " · ") }
    if measure == .offCPU { settings.palette = FlamePalette.named("blue") ?? settings.palette }
    return settings
  }

  /// The same for stacks that the kernel has counted.
  public func flameGraphSettings(_ kind: StackKind, of session: Session?) -> FlameGraphSVG {
    let titles: [StackKind: String] = [
      .running: "What ran", .sleeping: "Where threads slept", .waking: "Who woke whom",
      .lockWait: "Who waited for a lock, by holder",
    ]
    var settings = FlameGraphSVG(title: titles[kind] ?? kind.name, unit: session.map(kind.unit) ?? kind.name)
    settings.emptyMessage = "No \(kind.name) stack in this recording; turn its probe on."
    if let session {
      var facts = facts(of: session)
      if kind == .running { facts.insert("\(session.sampleRate) Hz a CPU", at: 1) }
      if session.refusedStacks > 0 { facts.append("\(session.refusedStacks) stacks had no room") }
      settings.subtitle = facts.joined(separator: " · ")
    }
    if kind != .running { settings.palette = FlamePalette.named("blue") ?? settings.palette }
    return settings
  }

  /// What a reader must know of a boot before believing a picture of it: how long it was watched and what is missing.
  public func facts(of session: Session) -> [String] {
    let losses = session.losses
    var facts = [
      length(of: session), "\(losses.received) events", "\(losses.droppedSource) dropped at source",
      "\(losses.lostWire) lost on the wire",
    ]
    if badFrames > 0 { facts.append("\(badFrames) damaged frames") }
    let boot = sessions.firstIndex { $0.hello == session.hello && $0.tag == session.tag }
    if let boot, sessions.count > 1 { facts.append("boot \(boot + 1) of \(sessions.count)") }
    if let hello = session.hello { facts.append("kernel \(NameTable.hexadecimal(hello.buildID).prefix(12))") }
    if names(of: session) == nil { facts.append("names unknown") }
    if let cost = cost(of: session) { facts.append(cost) }
    return facts
  }

  // What watching has cost.
  private func cost(of session: Session) -> String? {
    guard session.cost.framesSent > 0, let drain = session.drainNanoseconds else { return nil }
    let kilobytes = (session.cost.bytesSent + 500) / 1000
    let instructions = session.probeInstructions.map { ", about \(($0 + 500) / 1000) k instructions" } ?? ""
    return "tracer \(kilobytes) kB, \(Int(exactly: (drain / 1e6).rounded()) ?? 0) ms\(instructions)"
  }

  private func length(of session: Session) -> String {
    let ticks = session.time - (session.beginning ?? session.time)
    guard session.hello != nil else { return "\(ticks) ticks" }
    let milliseconds = String(session.wholeNanoseconds(ticks: ticks) / 1_000_000)
    let padded = String(repeating: "0", count: max(0, 4 - milliseconds.count)) + milliseconds
    return "\(padded.dropLast(3)).\(padded.suffix(3)) s"
  }
}
