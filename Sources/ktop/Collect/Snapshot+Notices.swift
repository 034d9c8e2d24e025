// What looks wrong: the model's findings, and what the counters say at a glance.

import TraceModel
import Tracer

/// A line of the panel.
struct Notice: Sendable {
  var place: String
  var title: String
  var evidence: [String]
  var calls: UInt64
  /// Instructions that mending it would save, in all calls seen.
  var saves: UInt64?
  /// What it is about.
  var link: Link?
}

extension Snapshot {
  var notices: [Notice] { triggers + modelFindings + missingCalls + foughtOverLocks + missingRecords }

  // What has set the flight recorder off, the last first.
  private var triggers: [Notice] {
    (session?.triggers ?? []).suffix(20).reversed().map { trigger in
      let symbol =
        trigger.row > RowIndex.other
        ? Symbol.span(UInt32(trigger.row - RowIndex.other)) : Symbol.systemCall(UInt64(trigger.row))
      let at = Format.decimals(secondsSinceBoot(trigger.end), 3)
      guard trigger.reason == .latency else {
        return Notice(place: "recorder", title: "sent what it kept", evidence: ["asked for at \(at) s"], calls: 0)
      }
      return Notice(
        place: name(of: symbol), title: "took \(Format.duration(nanoseconds(trigger.duration))) at \(at) s",
        evidence: ["in \(threadName(trigger.thread)) (\(trigger.thread)) on CPU \(trigger.cpu)"]
          + trigger.events.sorted { $0.duration > $1.duration }.prefix(12).map {
            "\(name(of: $0.symbol)) \(Format.duration(nanoseconds($0.duration)))"
          }, calls: 1,
        link: .timeline(start: trigger.end &- trigger.duration, end: trigger.end, thread: trigger.thread))
    }
  }

  private var modelFindings: [Notice] {
    guard let model, let session else { return [] }
    return model.findings(of: session).map { finding in
      let call = systemCalls.first { $0.name == finding.place }.map { Link.subject(.systemCall($0.number)) }
      let lock = locks.first { $0.name == finding.place }.map { Link.subject(.lock($0.number)) }
      return Notice(
        place: finding.place, title: finding.title, evidence: finding.evidence, calls: finding.calls,
        saves: finding.savedPerCall.map { $0.multipliedReportingOverflow(by: finding.calls).partialValue },
        link: call ?? lock)
    }
  }

  // A program that asks for what there is not may go another way, or give up.
  private var missingCalls: [Notice] {
    systemCalls.filter { $0.unimplemented > 0 }.map {
      Notice(
        place: $0.name, title: "this kernel does not implement it",
        evidence: ["\($0.unimplemented) of \($0.count) calls failed with ENOSYS"], calls: $0.unimplemented,
        link: .subject(.systemCall($0.number)))
    }
  }

  private var foughtOverLocks: [Notice] {
    locks.filter { $0.acquired >= 1000 && $0.contended * 10 >= $0.acquired }.map {
      Notice(
        place: $0.name, title: "the lock is fought over",
        evidence: [
          "\(Format.percent($0.contended, of: $0.acquired)) of \($0.acquired) acquisitions waited",
          "\(Format.duration($0.waitSum)) in all, by \($0.worstHolder ?? "an unknown holder") most",
        ], calls: $0.contended, link: .subject(.lock($0.number)))
    }
  }

  private var missingRecords: [Notice] {
    let missing = losses.droppedSource + losses.lostWire
    guard missing > 0 else { return [] }
    return [
      Notice(
        place: "trace", title: "events are missing",
        evidence: [
          "\(Format.percent(missing, of: losses.emitted)) of \(losses.emitted) records: \(losses.droppedSource) dropped at "
            + "source, \(losses.lostWire) lost on the line", "counters, histograms and stacks are exact nevertheless",
        ], calls: missing)
    ]
  }
}
