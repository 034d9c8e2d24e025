// Samples as the frames that a kernel which counts stacks itself would send: the same tools show and keep them.
//
// Each CPU has a tree of calls; rows that changed are sent, with parent and address when they are new. Functions are
// named when they are met first. The clock is nanoseconds of the host; the tracer's own cost is what the stops took.
import TraceModel
import Tracer
import Unwind

struct SampleStream {
  /// What `program` says whose samples are in user mode: no stack of theirs is known.
  private static let userProgram: UInt64 = 1
  private static let tickShift: UInt8 = 2

  private let symbolizer: Symbolizer
  private let buildID: [UInt8]
  private let bootID: UInt64
  private let rate: UInt64
  private var trees: [SampleTree]
  private var named: Set<UInt64> = []
  private var newFunctions: [FunctionTable.Row] = []
  private var hellos: UInt64 = 0
  private var bytesSent: UInt64 = 0
  private var framesSent: UInt64 = 0

  init(_ symbolizer: Symbolizer, buildID: [UInt8], bootID: UInt64, cpus: Int, rate: Int) {
    self.symbolizer = symbolizer
    self.buildID = buildID
    self.bootID = bootID
    self.rate = UInt64(rate)
    trees = Array(repeating: SampleTree(), count: cpus)
    if let first = symbolizer.functions.rows().first { name(first.address &+ symbolizer.slide) }
  }

  /// Counts the stack of one CPU.
  mutating func add(_ sample: CPUSample, _ stack: StackUnwinder.Stack?) {
    guard let stack else {
      return trees[sample.cpu].count([StackKind.running.rawValue | Self.userProgram << 4])
    }
    // A return address is behind its call: one less is inside of it.
    var path = stack.addresses.enumerated().map { $0.offset == 0 ? $0.element : $0.element &- 1 }
    for address in path { name(address) }
    if stack.end != .complete { path.append(StackAddress.truncated) }
    trees[sample.cpu].count([StackKind.running.rawValue] + path.reversed())
  }

  private mutating func name(_ address: UInt64) {
    guard let start = symbolizer.start(of: address), named.insert(start).inserted,
      let row = symbolizer.functions.rows(holding: [address &- symbolizer.slide]).first
    else { return }
    newFunctions.append((row.address &+ symbolizer.slide, row.size, row.name))
  }

  /// The frames of what is new, at `now` nanoseconds, after stops of `stopped` nanoseconds.
  mutating func frames(now: UInt64, stopped: UInt64, hello: Bool) -> [UInt8] {
    var output: [UInt8] = []
    if !newFunctions.isEmpty {
      var table = NameTable(buildID: buildID)
      table.functions = FunctionTable(newFunctions)
      output += table.functionFrames()
      newFunctions = []
    }
    if hello {
      output += [0] + sealed(helloFrame(now))
      output += sealed(head(.programs) + varint(Self.userProgram) + [0, 4] + Array("user".utf8) + [0])
    }
    for cpu in trees.indices {
      let begin = head(.stacks) + [0, UInt8(truncatingIfNeeded: cpu), 0] + varint(rate)
      for rows in trees[cpu].takeChanges(limit: Frame.payloadLimit - begin.count) { output += sealed(begin + rows) }
    }
    output += sealed(
      head(.loss) + varint(now >> UInt64(Self.tickShift)) + varint(bytesSent) + varint(framesSent)
        + varint(stopped) + [0])
    bytesSent += UInt64(output.count)
    return output
  }

  private mutating func helloFrame(_ now: UInt64) -> [UInt8] {
    defer { hellos += 1 }
    return head(.hello) + fixed(UInt64(Frame.magic), 4)
      + [Frame.version, 0, UInt8(truncatingIfNeeded: trees.count), Self.tickShift] + buildID + fixed(bootID, 8)
      + fixed(1_000_000_000, 8) + fixed(0, 8) + fixed(now, 8) + fixed(0, 4) + varint(hellos) + [0, 0]
  }

  private func head(_ type: FrameType) -> [UInt8] { [Frame.head(type, tag: UInt8(bootID & 15))] }

  private func fixed(_ value: UInt64, _ bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  private mutating func sealed(_ payload: [UInt8]) -> [UInt8] {
    framesSent += 1
    var room = payload + [0, 0, 0, 0]
    return [UInt8](unsafeUninitializedCapacity: payload.count + 8) { wire, count in
      count = Frame.seal(&room, count: payload.count, into: wire.baseAddress!)
    }
  }
}

func varint(_ value: UInt64) -> [UInt8] {
  var bytes: [UInt8] = []
  var rest = value
  while rest > 0x7f {
    bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
    rest >>= 7
  }
  return bytes + [UInt8(rest)]
}
