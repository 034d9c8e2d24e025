// What keys do. Those of the table are htop's and top's where these agree.

import Tracer

extension TopApp {
  /// Takes a key and says what the outside has to do.
  mutating func handle(_ key: Key) -> Action? {
    message = nil
    switch key {
    case .interrupt: return .quit
    case .suspend: return .suspend
    case .redraw: return .redraw
    default: break
    }
    switch mode {
    case .table: return handleInTable(key)
    case .help(let top): return handleInHelp(key, top)
    case .typing(let prompt, let before): return handleTyping(key, prompt, before)
    case .sortMenu(let menu): return handleSortMenu(key, menu)
    case .probeMenu(let menu): return handleProbeMenu(key, menu)
    }
  }

  private mutating func handleInHelp(_ key: Key, _ top: Int) -> Action? {
    switch key {
    case .down, .character("j"): mode = .help(top + 1)
    case .up, .character("k"): mode = .help(max(0, top - 1))
    case .pageDown, .character(" "): mode = .help(top + pageHeight)
    case .pageUp: mode = .help(max(0, top - pageHeight))
    default: mode = .table
    }
    return key == .function(10) ? .quit : nil
  }

  // MARK: Table

  private mutating func handleInTable(_ key: Key) -> Action? {
    if moves(key) { return nil }
    switch key {
    case .character("q"), .function(10): return .quit
    case .character("?"), .character("h"), .function(1): mode = .help(0)
    case .tab: show(panel: (active + 1) % panels.count)
    case .backTab: show(panel: (active + panels.count - 1) % panels.count)
    case .character(let digit) where digit.isASCII && digit.isNumber: show(panel: (digit.wholeNumberValue ?? 0) - 1)
    case .character("s"), .function(6): openSortMenu()
    case .character("<"), .character(","), .left: shiftSortColumn(by: -1)
    case .character(">"), .character("."), .right: shiftSortColumn(by: 1)
    case .character("I"): table.isInverted.toggle()
    case .character("\\"), .function(4): beginFilter()
    case .character("/"), .function(3): beginSearch()
    case .character("n"): find(offset: 1, forward: true)
    case .character("N"): find(offset: 1, forward: false)
    case .character(" "), .character("p"), .function(5): togglePause()
    case .enter: table.showsDetail.toggle()
    case .escape: leave()
    case .character("e"), .character("d"), .function(7): openProbeMenu()
    case .character("r"), .function(8): return .send(.reset)
    default: break
    }
    return nil
  }

  mutating func moves(_ key: Key) -> Bool {
    switch key {
    case .up, .character("k"): table.move(by: -1, in: rows)
    case .down, .character("j"): table.move(by: 1, in: rows)
    case .pageUp: table.move(by: -pageHeight, in: rows)
    case .pageDown: table.move(by: pageHeight, in: rows)
    case .home, .character("g"): table.selected = nil
    case .end, .character("G"): table.select(rows.count - 1, in: rows)
    default: return false
    }
    return true
  }

  // Out of what is in the way, one thing a time.
  private mutating func leave() {
    if table.showsDetail { table.showsDetail = false } else { table.filter = "" }
  }
}
