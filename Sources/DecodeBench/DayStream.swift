// A day of a machine that is neither idle nor busy, as a recording: a hundred calls a second, twenty times as many in
// one second of each minute and in the first minute of each hour, stacks, and the counters four times a second.
import CMachine
import Glibc
import TraceModel
import Tracer

@testable import TraceTestSupport

struct DayStream {
  var seconds = 86_400

  func write(to file: String) {
    guard let output = fopen(file, "w") else { fail("\(file): \(String(cString: strerror(errno)))", 74) }
    let machine = Machine(cpus: 2, ringWords: 1 << 14)
    let programs = (0..<8).map { machine.program("program\($0)", "/bin/program\($0)") }
    var workload = Workload(seed: 5)
    var random = Random(state: 11)
    var bytes = 0
    for second in 0..<seconds {
      let isBusy = second % 60 == 0 || second % 3600 < 60
      for _ in 0..<10 {
        let frames = (0..<6).map { _ in UInt64(0x7f80_0000_0000) + random.next() % 8 * 64 }
        machine.stack(
          .running, program: programs.randomElement(using: &random) ?? 0, frames, on: Int(random.next() % 2))
      }
      workload.run(machine, calls: isBusy ? 2_000 : 100)
      for _ in 0..<4 {
        machine.advance(Machine.hertz / 4)
        machine.tick()
      }
      let piece = machine.takeBytes()
      guard fwrite(piece, 1, piece.count, output) == piece.count else { fail("\(file) cannot be written", 74) }
      bytes += piece.count
    }
    guard fclose(output) == 0 else { fail("\(file) cannot be written", 74) }
    print("\(machine.emitted.reduce(0, +)) records in \(seconds) s, \(bytes) bytes")
  }
}
