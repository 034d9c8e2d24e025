// What looks wrong in a kernel, said in a line each: the model's findings, then what the counters say by themselves.

import TraceModel

/// A line of the panel.
struct Notice {
  var title: String
  var evidence: String
  var weight: UInt64
  var link: Link?
}

extension Snapshot {
  var notices: [Notice] { found + missingCalls + foughtOverLocks + losses(of: losses) }

  private var found: [Notice] {
    guard let model, let session else { return [] }
    return model.findings(of: session).map { finding in
      let call = systemCalls.first { $0.name == finding.place }
      return Notice(
        title: "\(finding.place) \(finding.title)", evidence: finding.evidence.joined(separator: "; "),
        weight: (finding.savedPerCall ?? 1) * finding.calls, link: call.map { .subject(.systemCall($0.number)) })
    }
  }

  // A program that asks for what there is not may go another way, or give up.
  private var missingCalls: [Notice] {
    systemCalls.filter { $0.unimplemented > 0 }.map {
      Notice(
        title: "\($0.name) is missing", evidence: "\($0.unimplemented) of \($0.count) calls failed with ENOSYS",
        weight: $0.unimplemented, link: .subject(.systemCall($0.number)))
    }
  }

  private var foughtOverLocks: [Notice] {
    locks.filter { $0.acquired >= 1000 && $0.contended * 10 >= $0.acquired }.map {
      Notice(
        title: "\($0.name) is fought over",
        evidence:
          "\(Format.percent($0.contended, of: $0.acquired)) of acquisitions waited, \(Format.duration($0.waitSum))",
        weight: $0.contended, link: .subject(.lock($0.number)))
    }
  }

  private func losses(of losses: Losses) -> [Notice] {
    let missing = losses.droppedSource + losses.lostWire
    guard missing > 0 else { return [] }
    return [
      Notice(
        title: "events are missing",
        evidence: "\(Format.percent(missing, of: losses.emitted)) of \(losses.emitted) records; counters are exact",
        weight: missing)
    ]
  }
}
