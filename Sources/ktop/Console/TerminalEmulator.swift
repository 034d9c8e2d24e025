// A terminal as programs know it (xterm's sequences, UTF-8, an alternate screen, lines that scroll away), by libvterm:
// bytes of the program in, a picture out; keys in, bytes for the program out. One thread.

import CVTerm

final class TerminalEmulator {
  static let scrollLimit = 2000

  private(set) var rows: Int
  private(set) var columns: Int
  /// What has scrolled away at the top, oldest first.
  fileprivate(set) var scrolledAway: [TerminalLine] = []
  fileprivate var isCursorVisible = true
  fileprivate var output: [UInt8] = []
  private let terminal: OpaquePointer
  private let screen: OpaquePointer
  // libvterm keeps a pointer to these.
  private let callbacks = UnsafeMutablePointer<VTermScreenCallbacks>.allocate(capacity: 1)

  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    terminal = vterm_new(Int32(rows), Int32(columns))
    screen = vterm_obtain_screen(terminal)
    vterm_set_utf8(terminal, 1)
    callbacks.initialize(to: TerminalCallbacks.screen)
    let me = Unmanaged.passUnretained(self).toOpaque()
    vterm_output_set_callback(terminal, { TerminalCallbacks.write($0, $1, $2) }, me)
    vterm_screen_set_callbacks(screen, callbacks, me)
    vterm_screen_enable_altscreen(screen, 1)
    vterm_screen_reset(screen, 1)
  }

  deinit {
    vterm_free(terminal)
    callbacks.deallocate()
  }

  /// Has another size from now on. What no longer fits below goes to what has scrolled away.
  func resize(rows: Int, columns: Int) {
    (self.rows, self.columns) = (rows, columns)
    vterm_set_size(terminal, Int32(rows), Int32(columns))
  }

  /// Takes what the program writes, and returns what a terminal answers to it: where its cursor is, what it can do.
  func feed(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBytes {
      _ = vterm_input_write(terminal, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return takeOutput()
  }

  /// What a terminal sends for a key, which depends on what the program has asked for; nothing for what is no key of one.
  func bytes(for key: Key) -> [UInt8] {
    switch key {
    case .character(let character):
      for scalar in character.unicodeScalars { vterm_keyboard_unichar(terminal, scalar.value, VTERM_MOD_NONE) }
    case .control(let code): return [code]
    case .interrupt: return [3]
    case .suspend: return [26]
    case .redraw: return [12]
    case .backTab: vterm_keyboard_key(terminal, VTERM_KEY_TAB, VTERM_MOD_SHIFT)
    case .function(let number):
      vterm_keyboard_key(terminal, VTermKey(VTERM_KEY_FUNCTION_0.rawValue + UInt32(number)), VTERM_MOD_NONE)
    default:
      guard let code = Self.keys[key] else { return [] }
      vterm_keyboard_key(terminal, code, VTERM_MOD_NONE)
    }
    return takeOutput()
  }

  private static let keys: [Key: VTermKey] = [
    .enter: VTERM_KEY_ENTER, .tab: VTERM_KEY_TAB, .backspace: VTERM_KEY_BACKSPACE, .escape: VTERM_KEY_ESCAPE,
    .up: VTERM_KEY_UP, .down: VTERM_KEY_DOWN, .left: VTERM_KEY_LEFT, .right: VTERM_KEY_RIGHT,
    .insert: VTERM_KEY_INS, .delete: VTERM_KEY_DEL, .home: VTERM_KEY_HOME, .end: VTERM_KEY_END,
    .pageUp: VTERM_KEY_PAGEUP, .pageDown: VTERM_KEY_PAGEDOWN,
  ]

  var picture: TerminalPicture {
    var place = VTermPos()
    vterm_state_get_cursorpos(vterm_obtain_state(terminal), &place)
    return TerminalPicture(
      scrolledAway: scrolledAway, screen: (0..<rows).map(line), columns: columns,
      cursor: isCursorVisible ? TerminalPicture.Place(row: Int(place.row), column: Int(place.col)) : nil)
  }

  private func line(_ row: Int) -> TerminalLine {
    TerminalLine(cells: (0..<columns).lazy.map { [screen] in apus_vterm_cell_at(screen, Int32(row), Int32($0)) })
  }

  private func takeOutput() -> [UInt8] {
    defer { output = [] }
    return output
  }

  fileprivate func scrollAway(_ line: TerminalLine) {
    scrolledAway.append(line)
    if scrolledAway.count > Self.scrollLimit { scrolledAway.removeFirst(Self.scrollLimit / 8) }
  }
}

/// What libvterm calls; the last argument is the emulator.
private enum TerminalCallbacks {
  static func write(_ bytes: UnsafePointer<CChar>?, _ count: Int, _ me: UnsafeMutableRawPointer?) {
    guard let bytes, let me else { return }
    let text = UnsafeRawBufferPointer(start: bytes, count: count)
    emulator(me).output += text
  }

  static var screen: VTermScreenCallbacks {
    var callbacks = VTermScreenCallbacks()
    callbacks.settermprop = { property, value, me in
      guard let value, let me, property == VTERM_PROP_CURSORVISIBLE else { return 1 }
      TerminalCallbacks.emulator(me).isCursorVisible = value.pointee.boolean != 0
      return 1
    }
    callbacks.sb_pushline = { count, cells, me in
      guard let cells, let me else { return 0 }
      let row = (0..<Int(count)).lazy.map { apus_vterm_cell(cells + $0) }
      TerminalCallbacks.emulator(me).scrollAway(TerminalLine(cells: row))
      return 1
    }
    return callbacks
  }

  private static func emulator(_ me: UnsafeMutableRawPointer) -> TerminalEmulator {
    Unmanaged<TerminalEmulator>.fromOpaque(me).takeUnretainedValue()
  }
}
