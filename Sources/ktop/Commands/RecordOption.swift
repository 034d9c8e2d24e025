// `--record`: where a stream is kept, all of it in a file or the last of it in a ring.

import ArgumentParser
import Glibc
import Recordings

struct RecordOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also keep the stream: all of it in a file, or the last of it in a folder (that exists, or a path ending in /), for open.",
      valueName: "FILE or FOLDER/"))
  var record: String?

  private var isFolder: Bool {
    guard let record else { return false }
    var status = stat()
    return record.hasSuffix("/") || stat(record, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// What writes the file, if it is to be one.
  func recorder() throws -> Recorder? { isFolder ? nil : try record.map(Recorder.init) }

  /// The ring that was named; nil when none was.
  func ring(_ settings: Settings) throws -> RingStore? {
    guard let record, isFolder else { return nil }
    return try RingStore(keptIn: RingStore.plain(record), bytes: settings.ringBytes)
  }
}

extension RingStore {
  /// A path without the slashes at its end.
  static func plain(_ path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }
}

extension Settings {
  /// Who asks for a ring gets one, even where no history is kept by itself.
  var ringBytes: Int { (historyMegabytes > 0 ? historyMegabytes : Settings().historyMegabytes) << 20 }
}
