// Which thread ran where, and when threads were away, by the context switches of a boot. Times in ticks.

import TraceModel
import Tracer

struct SwitchLog {
  struct Run {
    var cpu: UInt8
    var thread: UInt32
    var time: Range<UInt64>
  }

  /// By thread, in the order of time. Not of the idle thread, which is another one on each CPU.
  private(set) var absences: [UInt32: [Range<UInt64>]] = [:]
  /// From one switch to the next; without those of the idle thread.
  private(set) var runs: [Run] = []

  init(_ events: [TraceEvent]) {
    var gone: [UInt32: UInt64] = [:]
    var running: [UInt8: (thread: UInt32, start: UInt64)] = [:]
    for event in events.filter({ $0.symbol == .contextSwitch }).sorted(by: { $0.end < $1.end }) {
      let next = UInt32(truncatingIfNeeded: event.argument)
      if let start = gone.removeValue(forKey: next) { absences[next, default: []].append(start..<event.end) }
      gone[event.thread] = event.end
      if let run = running[event.cpu], run.thread != 0 {
        runs.append(Run(cpu: event.cpu, thread: run.thread, time: run.start..<event.end))
      }
      running[event.cpu] = (next, event.end)
    }
    absences[0] = nil
  }
}
