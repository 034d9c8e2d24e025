// A stream with its names and its truth, the same each time: what the tests look at.
import CMachine
import TraceModel
import Tracer

@testable import TraceTestSupport

struct Sample {
  let bytes: [UInt8]
  let names: NameTable
  /// Records that the machine put into its rings.
  let emitted: UInt64

  init(calls: Int = 4000, seed: UInt64 = 7, bootID: UInt64 = 0x5a, cpus: Int = 2) {
    let machine = Machine(cpus: cpus, bootID: bootID)
    Self.takeLocks(machine)
    var workload = Workload(seed: seed)
    workload.run(machine, calls: calls)
    machine.flush()
    bytes = machine.takeBytes()
    names = Self.names
    emitted = machine.emitted.reduce(0, +)
  }

  /// The stream as a recorder keeps it.
  var recording: [UInt8] { names.frames() + bytes }

  static var names: NameTable {
    var table = NameTable(buildID: Machine.buildID)
    for (id, name) in ["syscalls", "process", "path", "fault", "scheduler"].enumerated() {
      table.add(kind: .key, id: id, rank: 0, name: name)
    }
    table.add(kind: .span, id: 6, rank: 0, name: "page_fault")
    for (id, rank, name) in [
      (3, 20, "file_table"), (8, 30, "pipe"), (14, 60, "run_queue"), (16, 80, "frame_allocator"),
    ] {
      table.add(kind: .lock, id: id, rank: rank, name: name)
    }
    return table
  }

  private static func takeLocks(_ machine: Machine) {
    let rows: [(Int, UInt64, UInt64)] = [(3, 5_000, 0), (8, 1_200, 3), (14, 90_000, 12_000), (16, 2_000_000, 41)]
    for (lock, acquired, contended) in rows {
      let counters = machine.percpu[0]
      withUnsafeMutableBytes(of: &counters.pointee.lock_acquired) {
        $0.bindMemory(to: UInt64.self)[lock] = acquired
      }
      withUnsafeMutableBytes(of: &counters.pointee.lock_contended) {
        $0.bindMemory(to: UInt64.self)[lock] = contended
      }
      withUnsafeMutableBytes(of: &counters.pointee.lock_wait_sum) {
        $0.bindMemory(to: UInt64.self)[lock] = contended * 3_100
      }
      withUnsafeMutableBytes(of: &counters.pointee.lock_wait_max) {
        $0.bindMemory(to: UInt64.self)[lock] = contended > 0 ? 88_000 : 0
      }
    }
  }
}
