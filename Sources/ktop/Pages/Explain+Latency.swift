// A document about a system call or a span: how often, how long, over time.

import TraceModel
import Tracer

extension Explain {
  func latency(_ row: Latency?, _ symbol: Symbol, _ series: RateHistory.Row, _ page: inout Document) {
    guard let row else { return page.text("not seen since the mark, the reset or the boot", style: .faint) }
    page.heading(symbol.isSystemCall ? "\(row.name), system call \(row.number)" : "\(row.name), a span")
    for line in facts(of: row) { page.text(line) }
    if symbol.isSystemCall { errors(of: row, &page) }
    rate(series, &page)
    histogram(row, symbol, &page)
    spectrogram(symbol, &page)
    sharers(symbol, &page)
    slowest(symbol, &page)
  }

  func facts(of row: Latency) -> [String] {
    [
      "count \(row.count)  rate \(Format.rate(row.rate))/s  total \(Format.duration(row.sum))  "
        + "mean \(Format.duration(row.mean))",
      "min \(Format.duration(row.min))  p50 \(Format.duration(row.quantile(0.5)))  "
        + "p90 \(Format.duration(row.quantile(0.9)))  p99 \(Format.duration(row.quantile(0.99)))  "
        + "p99.9 \(Format.duration(row.quantile(0.999)))  max \(Format.duration(row.max))",
    ]
  }

  private func errors(of row: Latency, _ page: inout Document) {
    guard row.errors > 0 else { return page.text("no errors") }
    let named = row.namedErrnos.map { "\($0.name) \(Format.count($0.count))" }
    page.text(
      "errors \(Format.count(row.errors)) (\(Format.percent(row.errors, of: row.count))): "
        + named.joined(separator: ", "), style: .alarm)
    if row.unimplemented > 0 { page.text("this kernel does not implement it (ENOSYS)", style: .alarm) }
  }

  func rate(_ row: RateHistory.Row, _ page: inout Document) {
    let count = min(SliceClock.count - 1, Charts.curveCount(width: width - 2, isUnicode: isUnicode))
    let values = snapshot.series(row, count: count).map(Double.init)
    guard let top = values.max(), top > 0 else { return }
    page.heading("How often, lately")
    for line in Charts.curve(values, top: top, height: 3, isUnicode: isUnicode) {
      page.line([Document.Part(text: "  " + line, style: .graph)])
    }
  }

  private func histogram(_ row: Latency, _ symbol: Symbol, _ page: inout Document) {
    let octaves = Octaves(row.buckets)
    guard let range = octaves.range else { return }
    page.heading("How long (all counted; Enter: examples)")
    let top = octaves.counts.max() ?? 1
    let room = max(8, width - 40)
    for octave in range {
      let count = octaves.counts[octave]
      let low = octave == 0 ? 0 : Double(UInt64(1) << UInt64(octave)) * row.scale
      let high = Double(UInt64(2) << UInt64(octave)) * row.scale
      let label = Format.duration(low).paddedLeft(to: 8) + " .. " + Format.duration(high).padded(to: 8)
      let bar = Charts.bar(Double(count) / Double(top), width: room, isUnicode: isUnicode)
      let number = Format.count(count).paddedLeft(to: 8) + Format.percent(count, of: row.count).paddedLeft(to: 8)
      let link = tickOctave(octave).map { Link.subject(.latency(symbol, octave: $0)) }
      page.line(
        [Document.Part(text: "  " + label), Document.Part(text: bar, style: .graph), Document.Part(text: number)],
        link: link)
    }
  }

  // Histograms count TSC ticks, events have coarser ones.
  private func tickOctave(_ octave: Int) -> Int? {
    guard let scale = snapshot.systemCalls.first?.scale ?? snapshot.spans.first?.scale else { return nil }
    let tick = snapshot.nanoseconds(1)
    guard scale > 0, tick.isFinite else { return nil }
    var shift = 0
    while Double(UInt64(1) << UInt64(shift)) * scale < tick * 0.75 { shift += 1 }
    return max(0, octave - shift)
  }

  private func spectrogram(_ symbol: Symbol, _ page: inout Document) {
    guard let slices = snapshot.activity.latencies[symbol.rawValue]?.slices else { return }
    let last = snapshot.activity.slice
    // A stream that has only begun does not need all of the width.
    let columns = max(8, min(SliceClock.count - 1, width - 12, Int(clamping: last &- snapshot.activity.firstSlice + 1)))
    let cells = (0..<columns).map { slices.cells(of: last &- UInt64(columns - 1 - $0)).map(Array.init) }
    let used = (0..<LatencyHistory.octaves).filter { octave in cells.contains { ($0?[octave] ?? 0) > 0 } }
    guard let low = used.first, let high = used.last else { return }
    let top = cells.compactMap { $0?.max() }.max() ?? 1
    let seconds = snapshot.nanoseconds(UInt64(columns) << UInt64(snapshot.activity.clock.shift)) / 1e9
    page.heading("Over time (events received; the last \(Format.decimals(seconds, 1)) s, now at the right)")
    for octave in (low...high).reversed() {
      var line = [
        Document.Part(text: Format.duration(snapshot.nanoseconds(1 << UInt64(octave))).paddedLeft(to: 9) + " ")
      ]
      for column in cells { line.append(Charts.heatCell(UInt64(column?[octave] ?? 0), of: UInt64(top))) }
      page.line(line, link: .subject(.latency(symbol, octave: octave)))
    }
  }
}
