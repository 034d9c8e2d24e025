// All that is known from the bytes read so far: the model, and what views need beyond it. A value: a copy is a moment to
// come back to.

import TraceModel

struct Reading: Sendable {
  private(set) var model = TraceModel()
  private(set) var activity = Activity()
  private(set) var rates = RateHistory()
  private(set) var trees = TreeHistory()
  private(set) var meter = Meter()
  /// Seconds of the stream's own time since its beginning, through reboots.
  private(set) var seconds = 0.0
  private var bootBegan = 0.0
  private var boot: UInt8?

  /// Bytes that are fed at once: fewer where the stream is quiet, for histories look at the model between two pieces and
  /// want to see each of their slices, however much a read brings.
  private var pieceBytes = 512
  private static let pieceLimits = 128...1 << 16

  mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>) {
    var rest = bytes
    while !rest.isEmpty {
      let piece = min(pieceBytes, rest.count)
      let slice = rates.slice
      feed(piece: UnsafeBufferPointer(rebasing: rest[..<piece]))
      rest = UnsafeBufferPointer(rebasing: rest[piece...])
      if rates.slice > slice + 1 { pieceBytes = max(Self.pieceLimits.lowerBound, pieceBytes / 4) }
      if rates.slice == slice { pieceBytes = min(Self.pieceLimits.upperBound, pieceBytes * 2) }
    }
  }

  private mutating func feed(piece bytes: UnsafeBufferPointer<UInt8>) {
    // The activity is taken out meanwhile: two owners would mean a copy for each event.
    var activity = self.activity
    self.activity = Activity()
    let boot = model.session?.tag
    model.feed(bytes) { activity.add($0) }
    // What another boot did belongs to another machine.
    if let boot, let session = model.session, session.tag != boot {
      activity = Activity(last: Int(clamping: session.losses.received), of: activity.log)
    }
    self.activity = activity
    meter.update(model)
    if let session = model.session { advance(to: session) }
  }

  mutating func finish(leaving: Bool) { model.finish(leaving: leaving) }

  mutating func add(_ names: NameTable) { try? model.add(names) }

  mutating func add(_ programs: ProgramFiles) { model.programFiles = programs }

  private mutating func advance(to session: Session) {
    rates.update(session)
    if session.tag != boot {
      boot = session.tag
      bootBegan = seconds
      rates = RateHistory()
      trees = TreeHistory()
    }
    trees.update(session)
    guard let second = session.ticksPerSecond, second > 0 else { return }
    let since = session.time &- (session.beginning ?? session.time)
    seconds = max(seconds, bootBegan + Double(since) / Double(second))
  }

  /// Without the events themselves, which are large: the log comes again, and spans that wait for what may enclose them
  /// are settled. For checkpoints.
  var compact: Reading {
    var copy = self
    copy.activity.log = EventLog()
    copy.model.settleSpans()
    return copy
  }
}
