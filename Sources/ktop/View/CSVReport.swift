// System calls, spans and locks as comma-separated values (RFC 4180), a line each. Durations in nanoseconds; what does
// not apply is empty.

struct CSVReport {
  private let snapshot: Snapshot

  init(_ snapshot: Snapshot) { self.snapshot = snapshot }

  var text: String {
    var lines = [Self.head]
    lines += snapshot.systemCalls.map { line("system_call", $0) } + snapshot.spans.map { line("span", $0) }
    for lock in snapshot.locks where lock.acquired > 0 {
      let numbers = [
        "\(lock.number)", Self.quoted(lock.name), "\(lock.acquired)", Format.plain(lock.rate),
        Format.plain(lock.waitSum), "",
        Format.plain(lock.waitP50), "", Format.plain(lock.waitP99), "", Format.plain(lock.waitMax), "",
        "\(lock.contended)",
        lock.held > 0 ? Format.plain(lock.holdSum) : "", Format.plain(lock.holdP99),
      ]
      lines.append("lock," + numbers.joined(separator: ","))
    }
    return lines.joined(separator: "\r\n") + "\r\n"
  }

  private static let head =
    "kind,number,name,count,rate_per_s,sum_ns,min_ns,p50_ns,p90_ns,p99_ns,p999_ns,max_ns,errors,contended,hold_sum_ns,"
    + "hold_p99_ns"

  private func line(_ kind: String, _ row: Latency) -> String {
    let quantiles = [0.5, 0.9, 0.99, 0.999].map { Format.plain(row.quantile($0)) }
    return
      ([
        kind, "\(row.number)", Self.quoted(row.name), "\(row.count)", Format.plain(row.rate), Format.plain(row.sum),
        Format.plain(row.min),
      ] + quantiles + [Format.plain(row.max), "\(row.errors)", "", "", ""]).joined(separator: ",")
  }

  private static func quoted(_ text: String) -> String {
    guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
    return "\"" + text.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
  }
}

extension Format {
  /// A number for programs, rounded to thousandths; empty when there is none.
  static func plain(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    let rounded = (value * 1000).rounded() / 1000
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int64(rounded)) : String(rounded)
  }
}
