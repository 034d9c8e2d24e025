// An hour of the stream's time through one model, with threads that come and go. What the process has resident is
// printed every ten minutes; between the first and the last it must not grow by more than a twentieth.
import Glibc
import TraceModel
import Tracer

@testable import TraceTestSupport

struct HourRun {
  func report() {
    let machine = Machine(cpus: 2, ringWords: 1 << 14)
    var workload = Workload(seed: 2)
    var model = TraceModel()
    var after: [Int] = []
    for second in 1...3600 {
      workload.run(machine, calls: 2_000)
      machine.flush()
      model.feed(machine.takeBytes())
      machine.advance(Machine.hertz)
      machine.tick()
      if second % 600 == 0 {
        after.append(residentKiB())
        print("\(second / 60) minutes: \(model.session?.losses.received ?? 0) records, \(after.last!) KiB")
      }
    }
    guard after.last! <= after.first! * 21 / 20 else {
      fail("memory grew from \(after.first!) to \(after.last!) KiB", 1)
    }
  }
}
