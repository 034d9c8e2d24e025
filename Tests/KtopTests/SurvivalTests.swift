// What a line can do to a reader: floods, damage, another boot, another kernel. ktop goes on and says so.
import Testing
import Tracer

@testable import TraceModel
@testable import TraceTestSupport
@testable import ktop

@Suite struct SurvivalTests {
  @Test func anotherBootIsSaidAndBeginsAtNought() throws {
    let first = Sample(calls: 500)
    var person = try Person(columns: 120, looksAt: first.recording)
    try person.see(first.recording + Sample(calls: 300, bootID: 0x77).recording)
    #expect(person.text.contains("the machine was started anew") && person.text.contains("boot 2"))
    #expect(person.app.snapshot.systemCalls.reduce(0) { $0 + $1.count } == 300)
    // Nothing of the first machine is left in what events add up to.
    let calls = person.app.snapshot.activity.threads.values.reduce(0) { $0 + $1.calls }
    #expect(calls == 300)
  }

  @Test func anotherKernelIsSaid() throws {
    let first = Sample(calls: 500)
    var person = try Person(columns: 120, looksAt: first.recording)
    let other = Machine(cpus: 1, bootID: 0x99, buildID: (1...20).map { UInt8($0) })
    other.flush()
    try person.see(first.recording + other.takeBytes())
    #expect(person.text.contains("another kernel was started, build 01020304"))
    #expect(person.text.contains("no names for build 010203040506"))
  }

  @Test func damageIsSaidAndCostsOnlyWhatItTouches() throws {
    let sample = Sample()
    var person = try Person(columns: 120, looksAt: sample.recording)
    var random = Random(state: 72)
    var damaged = sample.recording
    for _ in 0..<20 { damaged[Int.random(in: 5000..<damaged.count, using: &random)] ^= 0x55 }
    try person.see(damaged)
    let snapshot = person.app.snapshot
    #expect(snapshot.badFrames > 0 && person.text.contains("damage on the line"))
    #expect(snapshot.losses.received + snapshot.losses.lostWire == sample.emitted)
    for panel in 1...9 { person.press(.character(Character("\(panel)")), .enter, .escape) }
  }

  @Test func garbageAndFloodsAreNoTrace() throws {
    var random = Random(state: 73)
    var bytes = (0..<2_000_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    bytes += [0] + Sample(calls: 500).recording
    let collector = try Person.collector(of: bytes)
    #expect(collector.snapshot().systemCalls.reduce(0) { $0 + $1.count } == 500)
    #expect(collector.snapshot().badFrames > 1000)
  }

  @Test func aFullRingIsSaid() throws {
    let machine = Machine(cpus: 1, ringWords: 256)
    machine.flush()
    let quiet = machine.takeBytes()
    for _ in 0..<5000 {
      let start = machine.begin()
      machine.advance(100)
      machine.systemCall(0, from: start)
    }
    machine.flush()
    var person = try Person(columns: 120, looksAt: Sample.names.frames() + quiet)
    try person.see(Sample.names.frames() + quiet + machine.takeBytes())
    #expect(person.text.contains("more happens than the line carries"))
    #expect(person.app.snapshot.systemCalls.first?.count == 5000)
  }

  /// A picture of what is known shares nothing with it that is about to change: a second owner would mean a copy of
  /// some megabytes for each picture, at half a million records a second.
  @Test func picturesAndCheckpointsDoNotHoldPendingEvents() throws {
    let collector = Collector(BytesSource(Sample(calls: 4000).recording), names: try NameLookup(elf: nil))
    while !collector.hasEnded, collector.model.session?.pendingSpans ?? 0 < 1000 { _ = try collector.pump() }
    #expect(collector.model.session?.pendingSpans ?? 0 >= 1000)
    #expect(collector.snapshot().session?.pendingSpans == 0)
    #expect(collector.reading.compact.model.session?.pendingSpans == 0)
    #expect(collector.reading.compact.activity.log.isEmpty)
  }

  @Test func memoryIsBoundedByWhatIsKept() throws {
    // Threads come and go without end; what is kept of them does not.
    var activity = Activity()
    for tid in UInt32(1)...50_000 {
      activity.add(
        TraceEvent(
          symbol: .systemCall(UInt64(tid % 300)), cpu: UInt8(tid % 4), errno: 0, thread: tid, end: UInt64(tid) << 20,
          duration: UInt64(tid), offCPU: 0, argument: 0))
    }
    #expect(activity.threads.count <= Activity.threadLimit && activity.calls.count <= Activity.callLimit)
    var count = 0
    activity.log.forEach { _ in count += 1 }
    #expect(count <= EventLog.chunkLimit * EventLog.chunkSize)
  }

  @Test func slicesKeepTheirSums() {
    var clock = SliceClock()
    var slices = Slices(width: 2)
    var sum: UInt64 = 0
    for step in UInt64(0)..<1000 {
      let time = step << 20
      while clock.reach(time) { slices.merge() }
      slices.add(step, slice: clock.slice(of: time), cell: 1)
      sum += step
    }
    let last = clock.slice(of: 999 << 20)
    #expect(slices.series(upTo: last, count: SliceClock.count, cell: 1).reduce(0, +) == sum)
    #expect(slices.series(upTo: last, count: SliceClock.count, cell: 0).reduce(0, +) == 0)
  }
}
