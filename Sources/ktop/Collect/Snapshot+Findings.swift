// What looks wrong in the counters, said in a line each.

import TraceModel

struct Finding {
  var title: String
  var evidence: String
  var weight: UInt64
  var link: Link?
}

extension Snapshot {
  var findings: [Finding] { missingCalls + foughtOverLocks + losses(of: losses) }

  // A program that asks for what there is not may go another way, or give up.
  private var missingCalls: [Finding] {
    systemCalls.filter { $0.unimplemented > 0 }.map {
      Finding(
        title: "\($0.name) is missing", evidence: "\($0.unimplemented) of \($0.count) calls failed with ENOSYS",
        weight: $0.unimplemented, link: .subject(.systemCall($0.number)))
    }
  }

  private var foughtOverLocks: [Finding] {
    locks.filter { $0.acquired >= 1000 && $0.contended * 10 >= $0.acquired }.map {
      Finding(
        title: "\($0.name) is fought over",
        evidence:
          "\(Format.percent($0.contended, of: $0.acquired)) of acquisitions waited, \(Format.duration($0.waitSum))",
        weight: $0.contended, link: .subject(.lock($0.number)))
    }
  }

  private func losses(of losses: Losses) -> [Finding] {
    let missing = losses.droppedSource + losses.lostWire
    guard missing > 0 else { return [] }
    return [
      Finding(
        title: "events are missing",
        evidence: "\(Format.percent(missing, of: losses.emitted)) of \(losses.emitted) records; counters are exact",
        weight: missing)
    ]
  }
}
