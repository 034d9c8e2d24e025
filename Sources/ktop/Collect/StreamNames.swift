// The names of a stream: found when its build shows, and told to what is kept of the stream, so that it can be read
// without the kernel it came from.

import Glibc
import TraceModel

struct StreamNames {
  private var lookup: NameLookup
  private let recorder: Recorder?
  private let store: (any StreamStore)?
  /// Why names are missing; nil when they are known or not yet needed.
  private(set) var note: String?
  private var build: [UInt8]?
  private var toldAt = 0.0
  private var period = 3.0
  private static let longestPeriod = 60.0

  /// - Parameters:
  ///   - recorder: gets the names of each build once.
  ///   - store: is told all names there are, now and then.
  init(_ lookup: NameLookup, recorder: Recorder?, store: (any StreamStore)?) {
    self.lookup = lookup
    self.recorder = recorder
    self.store = store
    if let table = lookup.explicit { recorder?.add(names: table) }
  }

  /// Looks when a HELLO has told of another build; the table that was found for it.
  mutating func find(in model: TraceModel) throws -> NameTable? {
    guard let session = model.session, let hello = session.hello, hello.buildID != build else { return nil }
    let isFirst = build == nil
    build = hello.buildID
    let found = try lookup.find(hello.buildID, streamed: model.names(of: session), isFirst: isFirst)
    note = found.note
    guard let table = found.table else {
      recorder?.addNothing()
      return nil
    }
    recorder?.add(names: table)
    return table
  }

  /// For whoever kills a ktop does not say so before; seldom after a while, when most are told.
  mutating func tellNowAndThen(_ model: TraceModel) {
    guard Clock.seconds() > toldAt + period else { return }
    tell(model)
    period = min(2 * period, Self.longestPeriod)
  }

  /// Tells the store all names. `asksFiles`: at the end only; unwind tables and debug information cost more than watching
  /// an idle kernel does.
  mutating func tell(_ model: TraceModel, asksFiles: Bool = false) {
    toldAt = Clock.seconds()
    guard let store, store.wantsNames, let session = model.session, let names = model.names(of: session) else { return }
    store.setNames(names.frames() + model.usedFunctionFrames(of: session, asksFiles: asksFiles))
  }
}
