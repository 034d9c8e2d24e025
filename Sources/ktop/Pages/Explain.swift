// What there is to say about a subject, as a document of a given width.

import TraceModel
import Tracer

struct Explain {
  let snapshot: Snapshot
  let width: Int
  let isUnicode: Bool

  func document(_ subject: Subject) -> Document {
    var page = Document(title: subject.title(in: snapshot))
    switch subject {
    case .systemCall(let number):
      latency(
        snapshot.systemCalls.first { $0.number == number }, .systemCall(UInt64(number)), .systemCall(number), &page)
    case .span(let id):
      latency(snapshot.spans.first { $0.number == id }, .span(UInt32(id)), .span(id), &page)
      places(of: id, &page)
    case .latency(let symbol, let octave): examples(symbol, octave, &page)
    case .lock(let number): lock(number, &page)
    case .lockOrder: lockOrder(&page)
    case .lockEdge(let outer, let inner): lockEdge(outer, inner, &page)
    case .process(let pid): process(snapshot.processes.first { $0.pid == pid && $0.isAlive }, &page)
    case .ended(let name): process(snapshot.processes.first { $0.name == name && !$0.isAlive }, &page)
    case .thread(let tid): events(of: [tid], &page)
    case .cpu(let number): cpu(number, &page)
    case .finding(let place, let title):
      finding(snapshot.notices.first { $0.place == place && $0.title == title }, &page)
    }
    return page
  }
}
