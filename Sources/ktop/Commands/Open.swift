// `ktop open`: what an earlier ktop has kept.

import ArgumentParser
import Recordings

struct Open: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show again what an earlier ktop has watched.",
    discussion: """
      Every stream that ktop watches goes into a ring on disk: a folder with the last of it. FOLDER is one that was \
      named by --record; without it, the newest of those that ktop keeps by itself is opened. They are bounded in size \
      and number (history and rings in the configuration). The files of a ring, in the order of their names, are a \
      recording: cat FOLDER/* > FILE.
      """)

  @Argument(help: "A ring, as --list tells them or --record named it.")
  var folder: String?

  @Flag(help: "List the rings that are kept, the newest last.")
  var list = false

  @OptionGroup var names: NameOptions
  @OptionGroup var screen: ScreenOptions

  func validate() throws {
    guard !list || folder == nil else { throw ValidationError("--list takes no FOLDER") }
  }

  func run() async {
    await endingWithStatus {
      if list {
        try printOut(RingShelf.rings.map(Self.line).joined())
        return 0
      }
      guard let ring = folder.map({ RingFolder(path: $0) }) ?? RingShelf.rings.last else {
        throw ToolError(.noInput, "nothing is kept; ktop attach keeps what it watches")
      }
      let source = try RingSource(ring)
      let settings = try screen.load()
      let collector = Collector(source, names: try names.lookup(), store: RingReader(source))
      return try collector.watch(settings: settings, limit: nil, batchLimit: nil)
    }
  }

  private static func line(_ ring: RingFolder) -> String {
    let writer = ring.writer.map { "  (process \($0) writes it)" } ?? ""
    return "\(Format.bytes(Double(ring.bytes)).paddedLeft(to: 8))  \(ring.path)\(writer)\n"
  }
}
