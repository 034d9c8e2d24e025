// Bytes in, state out: the one decoder behind every tool.
//
// Feed it the stream in pieces of any size, live or from a recording. It never fails: damage is counted, frames of
// another boot open another session, and what cannot be understood is left out. No I/O, no clock.
import Tracer

public struct TraceModel: Sendable {
  /// Boots seen, oldest first; the last is the current one. At most `sessionLimit` are kept.
  public private(set) var sessions: [Session] = []
  public static let sessionLimit = 16

  /// Bytes fed, and frames that were valid.
  public private(set) var bytesReceived: UInt64 = 0
  public private(set) var framesReceived: UInt64 = 0
  /// Frames whose checksum was right but not their contents, and frames of a type or version unknown here.
  public private(set) var malformedFrames: UInt64 = 0
  public private(set) var unknownFrames: UInt64 = 0
  /// The version of a stream that this decoder does not speak, when it met one.
  public private(set) var unsupportedVersion: UInt8?
  /// The last text that stood between frames, at most `consoleLimit` bytes.
  public private(set) var console: [UInt8] = []
  public static let consoleLimit = 64 * 1024

  private var deframer = Deframer()
  private var events = EventFrame()
  /// Names by build-id: from an ELF file or from NAMES frames.
  private var names: [[UInt8]: NameTable] = [:]

  /// The code of programs that run in the machine; without them their stacks have no names.
  public var programFiles = ProgramFiles()

  public init() {}

  /// Frames that failed their checksum or were cut, and the bytes in them.
  public var badFrames: UInt64 { deframer.badFrames }
  public var badBytes: UInt64 { deframer.badBytes }
  public var consoleBytes: UInt64 { deframer.consoleBytes }
  /// The current session.
  public var session: Session? { sessions.last }
  public var duplicateFrames: UInt64 {
    sessions.reduce(0) { $0 + $1.cpus.values.reduce(0) { $0 + $1.duplicateFrames } }
  }

  /// Takes the next bytes of the stream. `each` sees every event received, in the order of arrival.
  public mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>, each: ((TraceEvent) -> Void)? = nil) {
    bytesReceived &+= UInt64(bytes.count)
    var deframer = self.deframer
    self.deframer = Deframer()
    deframer.feed(bytes) { take($0, each) }
    self.deframer = deframer
  }

  public mutating func feed(_ bytes: [UInt8], each: ((TraceEvent) -> Void)? = nil) {
    bytes.withUnsafeBufferPointer { feed($0, each: each) }
  }

  /// The stream has ended: counts what was cut and completes the span trees. Feeding may go on.
  /// - Parameter leaving: the reader ends it, and a frame that is not yet whole is no damage.
  public mutating func finish(leaving: Bool = false) {
    if leaving { deframer.forgetPartialPiece() }
    var deframer = self.deframer
    self.deframer = Deframer()
    deframer.finish { take($0, nil) }
    self.deframer = deframer
    for index in sessions.indices { sessions[index].foldEverything() }
  }

  /// Completes the span trees with what has come, as at an end; a span that still encloses some of it comes to stand
  /// beside it. For copies that are kept long and must be small.
  public mutating func settleSpans() { for index in sessions.indices { sessions[index].foldEverything() } }

  /// Lets go what waits for what may enclose it: of a copy that is only looked at, so that the original does not have to
  /// share it.
  public mutating func forgetPendingSpans() {
    for index in sessions.indices { sessions[index].folder = SpanFolder() }
  }

  private mutating func take(_ piece: Deframer.Piece, _ each: ((TraceEvent) -> Void)?) {
    switch piece {
    case .frame(let payload): take(frame: payload, each)
    case .text(let text):
      console.append(contentsOf: text)
      if console.count > Self.consoleLimit { console.removeFirst(console.count - Self.consoleLimit / 2) }
    }
  }

  private mutating func take(frame: UnsafeBufferPointer<UInt8>, _ each: ((TraceEvent) -> Void)?) {
    framesReceived &+= 1
    guard let type = FrameType(rawValue: frame[0] >> 4), type != .command else {
      unknownFrames &+= 1
      return
    }
    var reader = FrameReader(frame, from: 1)
    if !apply(type, tag: frame[0] & 15, &reader, each) { malformedFrames &+= 1 }
  }

  private mutating func apply(
    _ type: FrameType, tag: UInt8, _ reader: inout FrameReader, _ each: ((TraceEvent) -> Void)?
  ) -> Bool {
    switch type {
    case .names: return applyNames(&reader)
    case .hello: return applyHello(&reader, tag: tag)
    default: break
    }
    openSession(tag: tag)
    let current = sessions.count - 1
    switch type {
    case .events:
      guard events.read(&reader) else { return false }
      if sessions[current].applyEvents(events), let each { events.withEvents { $0.forEach(each) } }
      return true
    case .loss: return sessions[current].applyLoss(&reader)
    case .pong: return sessions[current].applyPong(&reader)
    case .counts: return sessions[current].applyCounts(&reader)
    case .locks: return sessions[current].applyLocks(&reader)
    case .histogram: return sessions[current].applyCells(&reader, isErrors: false)
    case .errors: return sessions[current].applyCells(&reader, isErrors: true)
    case .threads: return sessions[current].applyThreads(&reader)
    case .lockFacts: return sessions[current].applyLockFacts(&reader)
    case .programs: return sessions[current].applyPrograms(&reader)
    case .stacks: return sessions[current].applyStacks(&reader)
    case .flight: return sessions[current].applyFlight(&reader)
    case .filter: return sessions[current].applyFilter(&reader)
    case .hello, .names, .command: return false
    }
  }

  private mutating func applyHello(_ reader: inout FrameReader, tag: UInt8) -> Bool {
    guard let hello = HelloFrame(&reader), UInt8(hello.bootID & 15) == tag else { return false }
    guard hello.version == Frame.version else {
      unsupportedVersion = hello.version
      return false
    }
    let isSame = sessions.last.map { $0.tag == tag && ($0.hello == nil || $0.hello?.bootID == hello.bootID) } ?? false
    if !isSame { startSession(tag: tag) }
    sessions[sessions.count - 1].apply(hello: hello)
    return true
  }

  // A frame of another boot may come before that boot's HELLO.
  private mutating func openSession(tag: UInt8) {
    if sessions.last?.tag != tag { startSession(tag: tag) }
  }

  private mutating func startSession(tag: UInt8) {
    if !sessions.isEmpty { sessions[sessions.count - 1].foldEverything() }
    sessions.append(Session(tag: tag))
    if sessions.count > Self.sessionLimit { sessions.removeFirst() }
  }
}

extension TraceModel {
  /// Adds the names of a kernel. Throws when the stream is of another build: numbers would get wrong names.
  public mutating func add(_ table: NameTable) throws(BuildMismatch) {
    if let streamed = session?.hello?.buildID, streamed != table.buildID {
      throw BuildMismatch(stream: streamed, file: table.buildID)
    }
    names[table.buildID] = table
  }

  /// The names of a session's kernel, when they are known.
  public func names(of session: Session) -> NameTable? { session.hello.flatMap { names[$0.buildID] } }

  private mutating func applyNames(_ reader: inout FrameReader) -> Bool {
    guard let buildID = reader.bytes(20) else { return false }
    var table = names[buildID] ?? NameTable(buildID: buildID)
    var code = CodeRows()
    guard table.addRows(&reader, &code) else { return false }
    code.finish(&table)
    names[buildID] = table
    return true
  }
}

/// The stream was made by another build than the names.
public struct BuildMismatch: Error, CustomStringConvertible {
  public var stream: [UInt8]
  public var file: [UInt8]

  public init(stream: [UInt8], file: [UInt8]) {
    self.stream = stream
    self.file = file
  }

  public var description: String {
    """
    the trace is of kernel build \(NameTable.hexadecimal(stream)), \
    the ELF file is build \(NameTable.hexadecimal(file))
    """
  }
}
