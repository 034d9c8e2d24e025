// The flame graph of the last seconds: counted stacks and spans, live, since the mark and in the past.
import Testing
@testable import TraceTestSupport
import Tracer

@testable import ktop

@Suite struct FlameWindowTests {
  /// Twenty seconds of one program, then five of another.
  private static let recording: [UInt8] = {
    let machine = Machine()
    let names = ["early", "late"].map { machine.program($0, "/bin/\($0)") }
    let threads = ["early", "late"].enumerated().map { machine.thread(UInt32(10 + $0), $1) }
    for second in 0..<25 {
      let index = second < 20 ? 0 : 1
      machine.run(threads[index])
      for _ in 0..<100 { machine.stack(.running, program: names[index], [UInt64(0x7f80_0000_0000 + index)]) }
      let start = machine.begin()
      machine.advance(Machine.hertz / 2)
      machine.systemCall(index == 0 ? 0 : 1, from: start)
      machine.advance(Machine.hertz / 2)
      machine.flush()
    }
    return Sample.names.frames() + machine.takeBytes()
  }()

  @Test func aKeyChoosesTheLastSeconds() throws {
    var person = try Person(looksAt: Self.recording)
    person.press(.character("3"))
    #expect(person.text.contains("all of the time") && person.text.contains("all: 2500 "))
    person.press(.character("t"))
    #expect(person.text.contains("last 60 s") && person.text.contains("all: 2500 "))
    person.press(.character("t"))
    #expect(person.text.contains("last 10 s") && person.text.contains("|early") && person.text.contains("|late"))
    person.press(.character("t"))
    #expect(person.text.contains("last 3 s") && !person.text.contains("|early") && person.text.contains("|late"))
    person.press(.character("t"))
    #expect(person.text.contains("fading") && person.text.contains("|early") && person.text.contains("|late"))
    person.press(.character("t"))
    #expect(person.text.contains("all of the time") && person.text.contains("all: 2500 "))
  }

  @Test func spansHaveTheSameWindows() throws {
    var person = try Person(looksAt: Self.recording)
    person.press(.character("3"), .character("v"), .character("v"), .character("v"), .character("v"))
    #expect(person.text.contains("spans, all of the time") && person.text.contains("all: 12.5s"))
    person.press(.character("t"), .character("t"), .character("t"))
    #expect(person.text.contains("last 3 s") && !person.text.contains("|early") && person.text.contains("|late"))
    person.press(.character("t"))
    #expect(person.text.contains("fading") && person.text.contains("|early") && person.text.contains("|late"))
  }

  @Test func thePastHasItsOwnLastSeconds() throws {
    var person = try Person(looksAt: Self.recording)
    person.press(.character("3"), .character("t"), .character("t"), .character("t"), .character("{"))
    #expect(person.text.contains("PAST") && person.text.contains("|early") && !person.text.contains("|late"))
    person.press(.character("="))
    #expect(!person.text.contains("|early") && person.text.contains("|late"))
  }

  @Test func aWindowBeginsAtTheMarkAtTheEarliest() throws {
    let end = Self.recording.count
    let middle = try #require(Self.recording[..<(end * 9 / 10)].lastIndex(of: 0))
    var person = try Person(looksAt: Array(Self.recording[...middle]))
    person.press(.character("3"), .character("m"))
    try person.see(Self.recording)
    #expect(person.text.contains("since the mark") && !person.text.contains("|early"))
    for _ in 0..<2 {
      person.press(.character("t"))
      #expect(!person.text.contains("|early") && person.text.contains("|late"))
    }
    person.press(.character("v"), .character("v"), .character("v"), .character("v"))
    #expect(!person.text.contains("|early") && person.text.contains("|late"))
  }
}
