// What there is to say about a subject, as a document of a given width.

import TraceModel
import Tracer

struct Explain {
  let snapshot: Snapshot
  let width: Int
  let isUnicode: Bool

  func document(_ subject: Subject) -> Document {
    var page = Document(title: subject.title(in: snapshot))
    switch subject {
    case .systemCall(let number):
      latency(
        snapshot.systemCalls.first { $0.number == number }, .systemCall(UInt64(number)), .systemCall(number), &page)
    case .span(let id):
      latency(snapshot.spans.first { $0.number == id }, .span(UInt32(id)), .span(id), &page)
      places(of: id, &page)
    case .latency(let symbol, let octave): examples(symbol, octave, &page)
    case .lock(let number): lock(number, &page)
    case .lockOrder: lockOrder(&page)
    case .lockEdge(let outer, let inner): lockEdge(outer, inner, &page)
    case .process(let pid): process(snapshot.processes.first { $0.pid == pid && $0.isAlive }, &page)
    case .ended(let name): process(snapshot.processes.first { $0.name == name && !$0.isAlive }, &page)
    case .thread(let tid): events(of: [tid], &page)
    case .cpu(let number): cpu(number, &page)
    case .finding(let place, let title):
      finding(snapshot.notices.first { $0.place == place && $0.title == title }, &page)
    }
    return page
  }

  // MARK: System calls and spans

  private func latency(_ row: Latency?, _ symbol: Symbol, _ series: RateHistory.Row, _ page: inout Document) {
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

  private func sharers(_ symbol: Symbol, _ page: inout Document) {
    var shares: [UInt32: CallShare] = [:]
    for thread in snapshot.activity.threads.keys {
      guard let share = snapshot.activity.share(of: thread, symbol) else { continue }
      shares[snapshot.pid(of: thread), default: CallShare()].add(share)
    }
    page.heading("By process (events received)")
    let sorted = shares.sorted { ($1.value.sum, $0.key) < ($0.value.sum, $1.key) }.prefix(20)
    page.table(
      ["  PROCESS", "PID", "COUNT", "TOTAL", "OFF-CPU", "MAX", "ERRORS"], widths: [22, 7, 8, 9, 9, 9, 8],
      rows: sorted.map { pid, share in
        (
          [
            "  " + snapshot.threadName(pid), "\(pid)", Format.count(share.count),
            Format.duration(snapshot.nanoseconds(share.sum)), Format.duration(snapshot.nanoseconds(share.offCPU)),
            Format.duration(snapshot.nanoseconds(share.max)), share.errors == 0 ? "-" : Format.count(share.errors),
          ], snapshot.link(toProcess: pid)
        )
      }, empty: "no event received")
  }

  private func slowest(_ symbol: Symbol, _ page: inout Document) {
    page.heading("Slow ones (the last kept of each size; Enter: the timeline there)")
    list(Array((snapshot.activity.latencies[symbol.rawValue]?.slowest ?? []).prefix(12)), &page)
  }

  // MARK: Events

  private func examples(_ symbol: Symbol, _ octave: Int, _ page: inout Document) {
    page.heading("\(page.title): the last received (Enter: the timeline there)")
    let events = snapshot.activity.latencies[symbol.rawValue]?.examples(of: octave) ?? []
    guard !events.isEmpty else { return page.text("  none was received, or it is too long ago", style: .faint) }
    for event in events {
      page.line([Document.Part(text: describe(event))], link: link(to: event))
      for inner in inside(event) {
        let depth = String(repeating: "  ", count: inner.depth + 2)
        page.text(
          "\(depth)\(snapshot.name(of: inner.event.symbol)) \(Format.duration(snapshot.nanoseconds(inner.event.duration)))",
          style: .faint)
      }
    }
  }

  func list(_ events: [TraceEvent], _ page: inout Document) {
    guard !events.isEmpty else { return page.text("  none received", style: .faint) }
    for event in events { page.line([Document.Part(text: describe(event))], link: link(to: event)) }
  }

  func events(of threads: Set<UInt32>, _ page: inout Document) {
    var last: [TraceEvent] = []
    snapshot.activity.log.forEach { event in
      guard threads.contains(event.thread), event.symbol != .contextSwitch else { return }
      last.append(event)
    }
    page.heading("Its last events (Enter: the timeline there)")
    list(last.suffix(30).reversed(), &page)
  }

  private func describe(_ event: TraceEvent) -> String {
    let at = Format.decimals(snapshot.secondsSinceBoot(event.start) * 1000, 2)
    var text =
      "  at \(at) ms  \(snapshot.name(of: event.symbol))  \(Format.duration(snapshot.nanoseconds(event.duration)))"
    if event.offCPU > 0 { text += "  off-CPU \(Format.duration(snapshot.nanoseconds(event.offCPU)))" }
    if event.errno != 0 { text += "  " + Format.errno(event.errno) }
    return text + "  \(snapshot.threadName(event.thread)) \(event.thread)  CPU \(event.cpu)"
  }

  private func link(to event: TraceEvent) -> Link {
    .timeline(start: event.start, end: event.end, thread: event.thread)
  }

  // What the thread did within an event, as far as the log reaches.
  private func inside(_ outer: TraceEvent) -> [(event: TraceEvent, depth: Int)] {
    var inner: [TraceEvent] = []
    snapshot.activity.log.forEach { event in
      guard event.thread == outer.thread, event.symbol != .contextSwitch, event != outer, event.start >= outer.start,
        event.end <= outer.end
      else { return }
      inner.append(event)
    }
    inner.sort { ($0.start, $1.end) < ($1.start, $0.end) }
    var open: [TraceEvent] = []
    return inner.prefix(20).map { event in
      while let last = open.last, event.start >= last.end { open.removeLast() }
      open.append(event)
      return (event, open.count - 1)
    }
  }
}

/// A histogram's buckets by powers of two of TSC ticks.
struct Octaves {
  private(set) var counts = [UInt64](repeating: 0, count: 41)

  init(_ buckets: [UInt64]) {
    for (index, count) in buckets.enumerated() where count > 0 {
      counts[63 - (Histogram.lowerBound(index) | 1).leadingZeroBitCount] &+= count
    }
  }

  var range: ClosedRange<Int>? {
    guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 }) else {
      return nil
    }
    return first...last
  }
}
