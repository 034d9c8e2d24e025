// The tree of a choice of events, such as those of one stretch of time.
import Tracer

extension SpanTree {
  /// Folds `events`, in any order; context switches are left out. `name` gives a thread's name.
  public init(folding events: some Sequence<TraceEvent>, name: (UInt32) -> String) {
    self.init()
    var folder = SpanFolder()
    for event in events where event.symbol != .contextSwitch { folder.add(event) }
    folder.fold(into: &self, before: .max, everything: true, name: name)
  }
}
