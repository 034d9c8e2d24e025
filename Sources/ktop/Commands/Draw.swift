// `ktop draw`: a screen of a recording as a picture. The pictures in this project's documents are made by it.

import ArgumentParser
import Glibc
import Recordings

struct Draw: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw a screen of a recording as SVG, or print it as text.",
    discussion: """
      KEYS are pressed before, one after the other, by the names that ktop --print-config has for them: \
      --press 3 --press Down --press Enter. The same recording, size and keys give the same picture.
      """)

  @Argument(help: "A recording; - for standard input.")
  var file: String

  @Option(
    name: [.short, .customLong("output")],
    help: ArgumentHelp("The picture; - or nothing for standard output.", valueName: "FILE"))
  var output = "-"

  @Option(help: ArgumentHelp("Columns and rows.", valueName: "COLUMNSxROWS"), transform: Size.init(parsing:))
  var size = Size(columns: 100, rows: 26)

  @Option(
    parsing: .singleValue, help: ArgumentHelp("A key; may be repeated.", valueName: "KEY"), transform: key(parsing:))
  var press: [Key] = []

  @Option(help: ArgumentHelp("Seconds since the stream's beginning; without it, its end.", valueName: "SECONDS"))
  var at: Double?

  @Flag(help: "Text instead of a picture.")
  var text = false

  @Flag(help: "ASCII only.")
  var ascii = false

  @OptionGroup var names: NameOptions
  @Option(help: ArgumentHelp("Colours; see attach.", valueName: "THEME"))
  var theme: String?

  struct Size: Equatable {
    var columns: Int
    var rows: Int

    init(columns: Int, rows: Int) {
      self.columns = columns
      self.rows = rows
    }

    init(parsing text: String) throws {
      guard let (columns, rows) = text.splitOnce("x"), let columns = Int(columns), let rows = Int(rows),
        (TopApp.minimumColumns...500).contains(columns), (TopApp.minimumRows...500).contains(rows)
      else {
        throw ValidationError(
          "'\(text)' is no size such as 100x26, \(TopApp.minimumColumns)x\(TopApp.minimumRows) at least")
      }
      self.init(columns: columns, rows: rows)
    }
  }

  static func key(parsing name: String) throws -> Key {
    guard let key = Key(named: name) else { throw ValidationError("there is no key '\(name)'") }
    return key
  }

  func run() async {
    await endingWithStatus {
      let settings = try Settings.load(theme: theme)
      let source = try RecordingFile.open(file)
      let store = RecordingFile.store(file, source, settings)
      let collector = Collector(source, names: try names.lookup(), store: store)
      while !collector.hasEnded { _ = try collector.pump() }
      try collector.requireTrace()
      let screen = MemoryScreen(columns: size.columns, rows: size.rows, isUnicode: !ascii)
      let app = draw(collector, on: screen)
      let picture = text ? screen.text : ScreenPicture(screen, theme: settings.theme, title: Self.title(app)).svg
      try write(picture)
      return 0
    }
  }

  private func draw(_ collector: Collector, on screen: MemoryScreen) -> TopApp {
    var app = TopApp()
    app.update(collector.snapshot())
    if let at, let past = collector.snapshot(at: at) {
      app.travel.position = at
      app.arrive(past)
    }
    app.draw(on: screen)
    for key in press {
      if case .seek(let seconds?) = app.handle(key) { app.arrive(collector.snapshot(at: seconds)) }
      app.draw(on: screen)
    }
    return app
  }

  private static func title(_ app: TopApp) -> String { "ktop: \(app.active.title)" }

  private func write(_ picture: String) throws {
    guard output != "-" else { return try printOut(picture) }
    let file = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw ToolError.ofErrno(.inputOutput, "cannot write \(output)") }
    defer { close(file) }
    guard writeAll(Array(picture.utf8), to: file) else {
      throw ToolError.ofErrno(.inputOutput, "cannot write \(output)")
    }
  }
}
