// What a span costs who records it: the kernel's own probe code, run on the host with the real clock.
//
// Batches that fit into the ring are timed, and drained outside of the time, as a drain on another CPU would. A span is
// two readings of the clock, the thread's account, the row with its histogram, and one word in the ring. The least of
// all batches is told: what disturbed the others was not the probe.
import CMachine
import Glibc
import TraceModel
import Tracer

@testable import TraceTestSupport

struct CostRun {
  private static let batch = 2_000

  func report(batches: Int) {
    let machine = Machine(cpus: 1, ringWords: 1 << 14)
    machine.run(machine.thread(1, "cost"))
    var least = Double.infinity
    for _ in 0..<batches {
      let start = nanoseconds()
      recordBatch(machine)
      least = min(least, (nanoseconds() - start) / Double(Self.batch))
      machine.flush()
      _ = machine.takeBytes()
    }
    print("\(DecodeRun.text(least, 2)) ns a span, of which two clock readings \(DecodeRun.text(clockCost(), 2)) ns")
  }

  @inline(never)
  private func recordBatch(_ machine: Machine) {
    let (trace, thread) = (machine.traces[0], machine.running[0])
    for _ in 0..<Self.batch {
      let start = SpanStart(tsc: apus_rdtsc(), thread: thread)
      trace.recordSpan(5, start: start, end: apus_rdtsc(), thread: thread, argument: 0, key: 1)
    }
  }

  private func clockCost() -> Double {
    var least = Double.infinity
    for _ in 0..<200 {
      let start = nanoseconds()
      var sum: UInt64 = 0
      for _ in 0..<Self.batch { sum &+= apus_rdtsc() &- apus_rdtsc() }
      least = min(least, (nanoseconds() - start) / Double(Self.batch))
      precondition(sum != 1)
    }
    return least
  }

  private func nanoseconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
  }
}
