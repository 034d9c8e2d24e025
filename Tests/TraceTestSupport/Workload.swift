// A stream like that of a shell at work: bursts of short system calls, page faults inside, threads taking turns.
import Tracer

struct Workload {
  var random: Random
  private var threads: [UnsafeMutablePointer<ThreadTrace>] = []
  /// Numbers of calls and how often they come: read, write, close, openat, newfstatat, mmap, brk, rt_sigaction …
  static let calls: [UInt64] = [
    0, 0, 0, 1, 1, 1, 3, 3, 257, 257, 262, 262, 9, 11, 12, 13, 13, 14, 5, 8, 72, 33, 61, 39,
  ]

  init(seed: UInt64) { random = Random(state: seed) }

  /// Makes `count` system calls of six threads on CPUs in turn; ticks the timer every 4 ms of the clock.
  mutating func run(_ machine: Machine, calls count: Int) {
    if threads.isEmpty {
      threads = (1...6).map { machine.thread(UInt32(100 + $0), ["sh", "grep", "find", "sed", "sort", "tar"][$0 - 1]) }
    }
    var nextTick = machine.line.clock + Machine.hertz / 250
    for index in 0..<count {
      let cpu = Int(random.next() % UInt64(machine.traces.count))
      if index % 40 == 0 { machine.run(threads[(index / 40 + cpu) % threads.count], on: cpu) }
      call(machine, on: cpu)
      if machine.line.clock >= nextTick {
        machine.tick()
        nextTick = machine.line.clock + Machine.hertz / 250
      }
    }
  }

  private mutating func call(_ machine: Machine, on cpu: Int) {
    machine.advance(random.duration(median: 3_000, sigma: 1.3))
    let start = machine.begin(on: cpu)
    machine.advance(random.duration(median: 700, sigma: 0.9))
    if random.next() % 6 == 0 {
      let fault = machine.begin(on: cpu)
      machine.advance(random.duration(median: 1_500, sigma: 0.6))
      machine.span(6, from: fault, on: cpu)
    }
    machine.advance(random.duration(median: 2_000, sigma: 1.1))
    let fails = random.next() % 20 == 0
    machine.systemCall(Self.calls.randomElement(using: &random)!, from: start, result: fails ? -2 : 0, on: cpu)
  }
}
