// Somebody in front of a screen in memory: presses keys and reads.
import Foundation
import Testing
import TraceModel

@testable import ktop

struct Person {
  var app = TopApp()
  let screen: MemoryScreen
  let collector: Collector
  private(set) var actions: [TopApp.Action] = []

  init(
    columns: Int = 80, rows: Int = 24, isUnicode: Bool = false, looksAt recording: [UInt8] = Sample().recording,
    keys: KeyMap = KeyMap()
  ) throws {
    try self.init(
      columns: columns, rows: rows, isUnicode: isUnicode, collector: Self.collector(of: recording), keys: keys)
  }

  init(columns: Int, rows: Int, isUnicode: Bool = false, collector: Collector, keys: KeyMap = KeyMap()) {
    self.collector = collector
    screen = MemoryScreen(columns: columns, rows: rows, isUnicode: isUnicode)
    app = TopApp(keys: keys)
    app.update(collector.snapshot())
    app.draw(on: screen)
  }

  /// A collector that has read everything, and can go back.
  static func collector(of recording: [UInt8]) throws -> Collector {
    let collector = Collector(BytesSource(recording), names: try NameLookup(elf: nil), store: BytesStore(recording))
    while try collector.pump() {}
    return collector
  }

  static func snapshot(of recording: [UInt8]) throws -> Snapshot { try collector(of: recording).snapshot() }

  mutating func press(_ keys: Key...) {
    for key in keys {
      if let action = app.handle(key) { perform(action) }
      app.draw(on: screen)
    }
  }

  mutating func type(_ text: String) { for character in text { press(.character(character)) } }

  /// So many seconds pass.
  mutating func wait(_ seconds: Double) {
    if let action = app.advance(by: seconds) { perform(action) }
    app.draw(on: screen)
  }

  private mutating func perform(_ action: TopApp.Action) {
    actions.append(action)
    guard case .seek(let seconds) = action else { return }
    if let seconds { app.arrive(collector.snapshot(at: seconds)) } else { app.showNow() }
  }

  /// The world has moved on.
  mutating func see(_ recording: [UInt8]) throws {
    app.update(try Self.snapshot(of: recording))
    app.draw(on: screen)
  }

  var text: String { screen.text }

  /// The text of the row in the style of the selected row.
  var selectedLine: String? { screen.cells.firstIndex { $0[0].style == .selected }.map { screen.lines[$0] } }

  /// The names of the table's rows from the top.
  var names: [String] {
    let head = screen.cells.firstIndex { $0[0].style == .bar || $0[0].style == .barStrong } ?? 0
    return screen.lines[(head + 1)...].prefix { !$0.isEmpty && !$0.hasPrefix("q") }.map {
      String($0.prefix { $0 != " " })
    }
  }

  /// A recording of this repository.
  static func recorded(_ name: String) throws -> [UInt8] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return Array(try Data(contentsOf: root.appendingPathComponent("samples/\(name)/recording.apus")))
  }
}

/// A source in memory that is a recording.
final class BytesSource: ByteSource {
  private var bytes: ArraySlice<UInt8>
  let label = "sample.rec"
  let isLive = false
  private let piece: Int

  init(_ bytes: [UInt8], piece: Int = 4096) {
    self.bytes = bytes[...]
    self.piece = piece
  }

  var descriptor: Int32? { nil }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Arrival {
    guard !bytes.isEmpty else { return .ended("end of recording") }
    let piece = bytes.prefix(min(piece, buffer.count))
    buffer.copyBytes(from: piece)
    bytes = bytes.dropFirst(piece.count)
    return .bytes(piece.count)
  }
}

/// A recording in memory that can be read again.
final class BytesStore: StreamStore {
  private let bytes: [UInt8]
  let beginning: UInt64 = 0
  private(set) var end: UInt64 = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let piece = bytes.dropFirst(Int(offset)).prefix(buffer.count)
    buffer.copyBytes(from: piece)
    return piece.count
  }

  func append(_ bytes: UnsafeBufferPointer<UInt8>) { end += UInt64(bytes.count) }
}
