// Samples as the frames that a kernel which counts stacks itself would send: the same tools show and keep them.
//
// Each CPU has a tree of calls; rows that changed are sent, with parent and address when they are new. A place in the code
// is named when it is met first: its function, and what is inlined there. The clock is nanoseconds of the host; the
// tracer's own cost is what the stops took.
import TraceModel
import Tracer
import Unwind

struct SampleStream {
  /// What `program` says whose samples are in user mode: no stack of theirs is known.
  private static let userProgram: UInt64 = 1
  private static let tickShift: UInt8 = 2

  private let symbolizer: Symbolizer
  /// Reads addresses of the kernel's file, as `fileOffset` above those in memory.
  private let code: (any CodeReader)?
  private let fileOffset: UInt64
  private let buildID: [UInt8]
  private let bootID: UInt64
  private let rate: UInt64
  private var trees: [SampleTree]
  private var named: Set<UInt64> = []
  private var newPlaces: Set<UInt64> = []
  private var hellos: UInt64 = 0
  private var bytesSent: UInt64 = 0
  private var framesSent: UInt64 = 0

  /// - Parameter bootID: any number that tells this stream from others.
  init(_ symbolizer: Symbolizer, of kernel: KernelFile, bootID: UInt64, cpus: Int, rate: Int) {
    self.symbolizer = symbolizer
    code = kernel.code
    fileOffset = 0 &- symbolizer.slide &- kernel.mapOffset
    buildID = kernel.buildID
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
    for (depth, address) in stack.addresses.enumerated() { name(depth == 0 ? address : address &- 1) }
    let path = stack.addresses + (stack.end == .complete ? [] : [StackAddress.truncated])
    trees[sample.cpu].count([StackKind.running.rawValue] + path.reversed())
  }

  private mutating func name(_ address: UInt64) {
    if named.insert(address).inserted { newPlaces.insert(address) }
  }

  // The names of what was met since the last time.
  private mutating func names() -> [UInt8] {
    defer { newPlaces = [] }
    let slide = symbolizer.slide
    let functions = symbolizer.functions.rows(holding: Set(newPlaces.map { $0 &- slide }))
    let moved = FunctionTable(functions.map { ($0.address &+ slide, $0.size, $0.name) })
    var inlined: [UInt64: [String]] = [:]
    for address in newPlaces { inlined[address] = code?.inlined(at: address &+ fileOffset) }
    let known = CodeNames(functions: moved, inlined: inlined)
    return NameTable(buildID: buildID).codeFrames(known, holding: newPlaces)
  }

  /// The frames of what is new, at `now` nanoseconds, after stops of `stopped` nanoseconds.
  mutating func frames(now: UInt64, stopped: UInt64, hello: Bool) -> [UInt8] {
    var output: [UInt8] = []
    if !newPlaces.isEmpty { output += names() }
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
