// The menus: by what to sort, which probes are on, how to write what is shown.

import TraceModel
import Tracer

extension TopApp {
  mutating func handleMenu(_ key: Key, _ kind: MenuKind, _ menu: Menu) -> Action? {
    if key == .function(10) { return .quit }
    var menu = menu
    switch keys[key] {
    case .up: menu.move(by: -1)
    case .down: menu.move(by: 1)
    case .top, .pageUp: menu.move(by: -menu.items.count)
    case .bottom, .pageDown: menu.move(by: menu.items.count)
    case .back, .quit:
      mode = .page
      return nil
    case .open, .pause: return choose(menu, kind)
    default: break
    }
    mode = .menu(kind, menu)
    return nil
  }

  private mutating func choose(_ menu: Menu, _ kind: MenuKind) -> Action? {
    mode = kind == .probes ? .menu(kind, menu) : .page
    guard let item = menu.selectedItem else { return nil }
    switch kind {
    case .sort:
      if case .table(var state) = page {
        state.sortColumn = item.id
        page = .table(state)
      }
      return nil
    case .probes: return toggle(item.id)
    case .export: return .export(ExportFormat.allCases[item.id])
    }
  }

  mutating func openSortMenu(_ state: TableState) {
    guard let panel = active.panel else { return }
    let items =
      [Menu.Item(id: -1, text: panel.nameTitle)]
      + panel.columns.enumerated().map { Menu.Item(id: $0.offset, text: $0.element.title) }
    mode = .menu(.sort, Menu(title: "Sort by", items: items, selected: state.sortColumn + 1))
  }

  mutating func openExportMenu() {
    let items = ExportFormat.allCases.enumerated().map { Menu.Item(id: $0.offset, text: $0.element.title) }
    mode = .menu(.export, Menu(title: "Write what is shown", items: items))
  }

  // MARK: Probes

  private static var allOn: Int { -1 }
  private static var allOff: Int { -2 }

  mutating func openProbeMenu() {
    guard !snapshot.keys.isEmpty else { return message = "the kernel has not said which probes it has" }
    mode = .menu(
      .probes,
      Menu(
        title: "Probes (Enter switches)",
        items: Self.probeItems(snapshot.keys, sampleRate: snapshot.sampleRate, flight: snapshot.flight)))
  }

  static func probeItems(_ keys: [Snapshot.Key], sampleRate: Int, flight: FlightState?) -> [Menu.Item] {
    rateItems(
      sampleRate,
      keys.map { Menu.Item(id: $0.id, text: "[\($0.isOn ? "x" : " ")] \($0.name)") }
        + [Menu.Item(id: allOn, text: "all on"), Menu.Item(id: allOff, text: "all off")]
        + flightItems(flight))
  }

  // MARK: Flight recorder

  private static var firstThreshold: Int { 10_000 }
  private static var flightOff: Int { -3 }
  private static var triggerNow: Int { -4 }
  /// Seconds that the kernel's rings keep at most.
  private static var secondsKept: UInt32 { 5 }

  // Milliseconds above which a call sets the recorder off.
  private static func flightItems(_ flight: FlightState?) -> [Menu.Item] {
    let isOn = flight.map { $0.rules.seconds > 0 } ?? false
    return [1, 10, 100].map {
      Menu.Item(id: firstThreshold + $0, text: "keep events until something takes \($0) ms")
    }
      + (isOn
        ? [Menu.Item(id: triggerNow, text: "send what is kept"), Menu.Item(id: flightOff, text: "send all again")] : [])
  }

  private func flightCommand(_ id: Int) -> Command? {
    if id == Self.triggerNow { return .trigger }
    if id == Self.flightOff { return .flight(FlightRules(seconds: 0)) }
    guard id > Self.firstThreshold, let second = snapshot.ticksPerSecond else { return nil }
    let ticks = second * UInt64(id - Self.firstThreshold) / 1000
    return .flight(FlightRules(seconds: Self.secondsKept, row: watchedRow, threshold: ticks))
  }

  // On the page of a call or a span its own records alone.
  private var watchedRow: UInt32 {
    switch page {
    case .document(.systemCall(let number), _): return UInt32(clamping: number)
    case .document(.span(let id), _): return UInt32(clamping: id + RowIndex.other)
    default: return FlightRules.anyRow
    }
  }

  // Prime numbers, so that samples do not keep step with what they look at.
  private static let rates = [97, 499, 997, 1999]

  private static func rateItems(_ now: Int, _ items: [Menu.Item]) -> [Menu.Item] {
    guard now > 0 else { return items }
    return items
      + rates.map { Menu.Item(id: firstRate + $0, text: "(\($0 == now ? "*" : " ")) \($0) samples a second") }
  }

  private static var firstRate: Int { 1000 }

  // The kernel's next HELLO shows what has become of it.
  private func toggle(_ id: Int) -> Action? {
    let all = snapshot.keys.reduce(UInt32(0)) { $0 | 1 << UInt32($1.id) }
    if id == Self.allOn { return .send(.enable(all)) }
    if id == Self.allOff { return .send(.disable(all)) }
    if let command = flightCommand(id) { return .send(command) }
    if id >= Self.firstRate { return .send(.rate(UInt32(id - Self.firstRate))) }
    guard let key = snapshot.keys.first(where: { $0.id == id }) else { return nil }
    return .send(key.isOn ? .disable(1 << UInt32(id)) : .enable(1 << UInt32(id)))
  }
}
