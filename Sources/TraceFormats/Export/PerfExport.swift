// `perf script` text, as perf writes it: what other tools read when they read nothing else.

import FlameGraph

enum PerfExport {
  static func write(_ profile: Profile) -> [UInt8] {
    var text = ""
    let event = profile.unit.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "_" }
    for sample in profile.timeline {
      let thread = sample.thread
      let name = thread.name.isEmpty ? "all" : line(thread.name)
      text +=
        "\(name) \(thread.process)/\(thread.thread) [\(cpu(sample))] \(seconds(sample.time)): \(sample.value) \(String(event)):\n"
      for id in profile.frameIDs(of: sample).reversed() {
        let address = String(0x1000 + UInt64(id) * 16, radix: 16)
        text +=
          "\t\(String(repeating: " ", count: max(0, 16 - address.count)))\(address) \(line(profile.stacks.name(id))) ([unknown])\n"
      }
      text += "\n"
    }
    return Array(text.utf8)
  }

  private static func cpu(_ sample: TimedSample) -> String {
    let number = String(sample.cpu ?? 0)
    return String(repeating: "0", count: max(0, 3 - number.count)) + number
  }

  /// With nine digits, where perf has six: the time comes back as it was.
  private static func seconds(_ time: UInt64) -> String {
    let rest = String(time % 1_000_000_000)
    return "\(time / 1_000_000_000).\(String(repeating: "0", count: 9 - rest.count))\(rest)"
  }

  /// What would read as something else is replaced.
  private static func line(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value <= 0x20 ? "_" : $0 }))
  }
}
