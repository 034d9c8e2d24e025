// The rings of this user: one a stream that was watched, the last few of them, below the folder of state.

import Glibc
import Recordings

enum RingShelf {
  static var path: String? { Folders.state.map { $0 + "/ktop/rings" } }

  /// All of them, the newest last: they are named by the time of their beginning.
  static var rings: [RingFolder] {
    guard let path else { return [] }
    return RingFolder.names(in: path).sorted().map { RingFolder(path: path + "/" + $0) }.filter(\.isRing)
  }

  /// A ring to be kept for a stream that is about to be watched; the oldest make room for it. Nil when nothing is to be
  /// kept.
  static func newRing(_ settings: Settings, of label: String) -> RingStore? {
    guard settings.historyMegabytes > 0, let path else { return nil }
    if settings.ringsKept == 0 { return RingStore.passing(settings) }
    for ring in rings.filter({ $0.writer == nil }).dropLast(settings.ringsKept - 1) { ring.remove() }
    let name = ExportFile.timestamp() + "-" + digits(getpid()) + "-" + plain(label)
    return RingStore(RingFolder(path: path + "/" + name), bytes: settings.historyMegabytes << 20, isKept: true)
  }

  // Of two that began in one second the higher number is the later one, as text too.
  private static func digits(_ process: pid_t) -> String {
    let digits = String(process)
    return String(repeating: "0", count: max(0, 7 - digits.count)) + digits
  }

  // A label as a part of a file's name: the end of a path says more than its beginning.
  private static func plain(_ label: String) -> String {
    String(label.suffix(40).map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "_" })
  }
}

extension RingStore {
  /// For this process alone: of what is recorded anyhow. Nil when nothing is to be kept.
  static func passing(_ settings: Settings) -> RingStore? {
    guard settings.historyMegabytes > 0, let folder = Folders.state else { return nil }
    return RingStore(RingFolder(path: folder + "/ktop"), bytes: settings.historyMegabytes << 20, isKept: false)
  }
}
