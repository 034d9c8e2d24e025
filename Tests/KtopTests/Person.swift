// Somebody in front of a screen in memory: presses keys and reads.
import Testing
import TraceModel

@testable import ktop

struct Person {
  var app = TopApp()
  let screen: GridScreen
  private(set) var actions: [TopApp.Action] = []

  init(columns: Int = 80, rows: Int = 24, looksAt recording: [UInt8] = Sample().recording) throws {
    screen = GridScreen(columns: columns, rows: rows)
    app.update(try Self.snapshot(of: recording))
    app.draw(on: screen)
  }

  static func snapshot(of recording: [UInt8]) throws -> Snapshot {
    let collector = Collector(BytesSource(recording), names: try NameLookup(elf: nil))
    while try collector.pump() {}
    return collector.snapshot()
  }

  mutating func press(_ keys: Key...) {
    for key in keys {
      if let action = app.handle(key) { actions.append(action) }
      app.draw(on: screen)
    }
  }

  mutating func type(_ text: String) { for character in text { press(.character(character)) } }

  /// The world has moved on.
  mutating func see(_ recording: [UInt8]) throws {
    app.update(try Self.snapshot(of: recording))
    app.draw(on: screen)
  }

  var text: String { screen.text }

  /// The names of the table's rows from the top.
  var names: [String] {
    let head = screen.lines.firstIndex { $0.contains("COUNT") || $0.contains("ACQUIRED") || $0.contains("RATE/S") } ?? 0
    return screen.lines[(head + 1)...].prefix { !$0.isEmpty && !$0.hasPrefix("-") && !$0.hasPrefix("q") }
      .map { String($0.prefix { $0 != " " }) }
  }
}

/// A source in memory that is a recording.
final class BytesSource: ByteSource {
  private var bytes: ArraySlice<UInt8>
  let label = "sample.rec"
  let isLive = false

  init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

  var descriptor: Int32? { nil }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Arrival {
    guard !bytes.isEmpty else { return .ended("end of recording") }
    let piece = bytes.prefix(buffer.count)
    buffer.copyBytes(from: piece)
    bytes = bytes.dropFirst(piece.count)
    return .bytes(piece.count)
  }
}
