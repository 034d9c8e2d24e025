// `ktop replay`: the screens of a recording.

import ArgumentParser
import Glibc
import Recordings

struct Replay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a recording as if it happened now, or at once.")

  @Argument(help: "A recording, or a ring (see open); - for standard input.")
  var file: String

  @Option(help: ArgumentHelp("Seconds of the recording per second; without it, all at once.", valueName: "FACTOR"))
  var speed: Double?

  @OptionGroup var names: NameOptions
  @OptionGroup var screen: ScreenOptions

  func validate() throws {
    if let speed, !(speed > 0 && speed < 1e6) { throw ValidationError("--speed takes a positive number") }
  }

  func run() async {
    await endingWithStatus {
      let settings = try screen.load()
      let source = try RecordingFile.open(file, speed: speed)
      let collector = Collector(source, names: try names.lookup(), store: RecordingFile.store(file, source, settings))
      return try collector.watch(settings: settings, limit: nil, batchLimit: nil)
    }
  }
}

enum RecordingFile {
  /// Where what was opened can be read again.
  static func store(_ path: String, _ source: ByteSource, _ settings: Settings) -> (any StreamStore)? {
    if let ring = source as? RingSource { return RingReader(ring) }
    return FileStore(path) ?? RingStore.passing(settings)
  }

  static func open(_ path: String, speed: Double? = nil) throws -> ByteSource {
    guard path != "-" else { return FileSource(dup(0), label: "standard input", follows: false, speed: speed) }
    var status = stat()
    if stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR {
      return try RingSource(RingFolder(path: path), speed: speed)
    }
    return FileSource(try Endpoint.openFile(path, O_RDONLY), label: path, follows: false, speed: speed)
  }
}
