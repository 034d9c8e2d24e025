// What the frames of one boot have said so far, as far as later ones must agree with it.
import Tracer

struct BootState: Sendable {
  /// Nil before the first frame that has a tag.
  var tag: UInt8?
  var hello: HelloFrame?
  /// The latest time told, ticks, and whether silence of HELLO was found since the last one.
  var time: UInt64 = 0
  var isSilenceTold = false
  var generation: UInt64 = 0
  var cpus: [UInt8: CPUState] = [:]
  /// Counters by frame type, row and field, in this generation: they may only grow.
  var counters: [CounterKey: UInt64] = [:]
  /// Numbers that want a name, and where each was first met.
  var spans: Set<Int> = []
  var locks: Set<Int> = []

  struct CPUState: Sendable {
    var next: UInt64
    var dropped: UInt64
  }

  struct CounterKey: Hashable, Sendable {
    var type: UInt8
    var row: Int
    var field: Int
  }
}
