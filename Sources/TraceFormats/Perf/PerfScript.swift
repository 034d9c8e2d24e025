// `perf script` text as stacks: a header line, the call chain innermost first, a blank line.
//
// Takes pieces of whole events (`cut` says where a piece may end), so that several readers can share a text and be
// merged. Also read are chains without headers (`-F ip,sym`), events without chains (one line each, with or without
// the sampled address), commands with blanks, CRLF, comments, and simpleperf's reports, which look alike.
import FlameGraph
import Glibc

public struct PerfScript: ~Copyable {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  public private(set) var stacks = FoldedStacks()
  /// Events, by time as given; only when they were asked for.
  public private(set) var samples: [TimedSample] = []
  public private(set) var counts = ReadCounts()
  /// The event that is counted; nil before the first, and when all are.
  public private(set) var event: String? {
    didSet { eventBytes = event.map { Array($0.utf8) } }
  }
  /// Whether any event said its period: values are then counts of the event.
  public private(set) var hasPeriods = false
  private let options: PerfOptions
  private let keepsSamples: Bool
  private var eventBytes: [UInt8]?
  private var frames: PerfFrames
  private var commands: PerfCommands
  private var command = PerfCommands.Command(frame: nil, isJava: false)
  private var isSkipped = false
  private var isInEvent = false
  private var time: UInt64 = 0
  private var weight: UInt64 = 1
  private var thread = TimedSample.Thread()

  /// `event`: what to count when the options do not say; a reader of a later piece must know the first one's.
  public init(_ options: PerfOptions = PerfOptions(), event: String? = nil, keepsSamples: Bool = false) {
    self.options = options
    self.keepsSamples = keepsSamples
    frames = PerfFrames(options)
    commands = PerfCommands(options)
    self.event = options.event ?? event
    eventBytes = self.event.map { Array($0.utf8) }
  }

  /// What was met since the last call, or the beginning: for readers of pieces, who know which piece it was.
  public mutating func takeCounts() -> ReadCounts {
    defer { counts = ReadCounts() }
    return counts
  }

  /// Reads whole events; ends the last one.
  public mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let base = bytes.baseAddress else { return }
    var start = 0
    while start < bytes.count {
      let found = memchr(base + start, 0x0a, bytes.count &- start)
      let end = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? bytes.count
      take(base + start, end &- start)
      start = end &+ 1
    }
    endEvent()
  }

  @inline(__always)
  private mutating func take(_ line: UnsafePointer<UInt8>, _ count: Int) {
    counts.lines &+= 1
    var start = 0
    var end = count
    while start < end, line[start].isBlank { start &+= 1 }
    while end > start, line[end &- 1].isBlank { end &-= 1 }
    guard start < end else { return endEvent() }
    if isSkipped { return }
    let text = Bytes(start: line + start, count: end &- start)
    if isInEvent, frames.takeShort(text, isJava: command.isJava, &stacks) { return }
    takeSlowly(text)
  }

  private mutating func takeSlowly(_ line: Bytes) {
    guard line.first != UInt8(ascii: "#") else { return }
    if let lost = Self.lostEvents(line) {
      counts.addLost(lost)
      return
    }
    let header = Self.mayBeHeader(line) ? PerfHeader(line) : nil
    let isHeader = header.map { $0.event != nil && ($0.time != nil || $0.thread != nil) } ?? false
    if !isHeader, let frame = PerfFrame(line) {
      isInEvent = true
      return frames.take(frame, of: line, isJava: command.isJava, &stacks)
    }
    // A header where a frame is due: the event before had no chain, or no blank line behind it.
    if isInEvent, !isHeader {
      counts.bad(counts.lines, "expected a line of a call chain, 'address symbol (module)'")
      return
    }
    endEvent()
    begin(header ?? PerfHeader(line))
  }

  private mutating func begin(_ header: PerfHeader) {
    isInEvent = true
    if let event = header.event, !options.takesAllEvents {
      if eventBytes == nil { self.event = event.string }
      isSkipped = eventBytes.map { !event.equals($0) } ?? false
      if isSkipped { return }
    }
    weight = options.countsSamples ? 1 : header.period ?? 1
    hasPeriods = hasPeriods || header.period != nil
    command = commands.command(of: header, &stacks)
    if keepsSamples { keep(header) }
    if let rest = header.rest, let frame = PerfFrame(rest) {
      frames.take(frame, of: rest, isJava: command.isJava, &stacks)
    }
  }

  private mutating func keep(_ header: PerfHeader) {
    time = header.time ?? time
    thread.thread = header.thread.flatMap(UInt64.init(decimal:)) ?? 0
    thread.process = header.process.flatMap(UInt64.init(decimal:)) ?? thread.thread
    thread.name = header.command.string
  }

  @inline(__always)
  private mutating func endEvent() {
    guard isInEvent else { return }
    if isSkipped { counts.otherEvents += 1 } else { close() }
    isInEvent = false
    isSkipped = false
    command.frame = nil
    frames.removeAll()
  }

  private mutating func close() {
    if let frame = command.frame { frames.append(frame) }
    counts.stacks += 1
    let node = stacks.add(innermostFirst: frames.chain.elements, value: weight)
    if keepsSamples { samples.append(TimedSample(time: time, node: node, value: weight, thread: thread)) }
  }
}
