// Typing: what a received byte does. All but `receive` and `deliverSignals` run with the terminal's lock held.

import LinuxABI

extension Terminal {
  /// A byte came in. Called by the line's interrupt handler.
  public func receive(_ byte: UInt8) {
    let wakesReaders = lock.withLock {
      let wakes = process(byte)
      output.flush(host)
      return wakes
    }
    if wakesReaders { readQueue.wakeAll() }
    if pendingSignals != 0 { host.requestDelivery() }
    if !isStopped { writeQueue.wakeAll() }
  }

  /// What shows the line has another size now. Called from interrupts: the signal waits for `deliverSignals`.
  public func lineResized(_ new: WindowSize) {
    let isChanged = lock.withLock {
      guard size != new else { return false }
      size = new
      pendingSignals |= 1 << UInt64(SignalNumber.windowChange)
      return true
    }
    if isChanged { host.requestDelivery() }
  }

  /// Sends the keyboard's signals, and a change of the window, to the foreground group. Called outside interrupts, with no
  /// lock held.
  public func deliverSignals() {
    var (signals, group) = lock.withLock {
      defer { pendingSignals = 0 }
      return (pendingSignals, foregroundGroup)
    }
    while signals != 0 {
      if group > 0 { host.signal(group: group, Int32(signals.trailingZeroBitCount)) }
      signals &= signals - 1
    }
  }

  /// Returns true when readers should look.
  private func process(_ received: UInt8) -> Bool {
    guard !takesNextLiterally else {
      takesNextLiterally = false
      return store(UInt16(received), echo: received)
    }
    guard let byte = translate(received) else { return false }
    if settings.input.contains(.startStop), handleFlow(byte) { return false }
    if settings.local.contains(.signals), let signal = signal(for: byte) { return raise(signal, byte) }
    return isCanonical ? edit(byte) : storeRaw(byte)
  }

  /// The input modes; nil when the byte is dropped.
  private func translate(_ received: UInt8) -> UInt8? {
    let modes = settings.input
    let byte = modes.contains(.strip) ? received & 0x7f : received
    if byte == UInt8(ascii: "\r") {
      if modes.contains(.ignoreCarriageReturn) { return nil }
      return modes.contains(.carriageReturnToNewline) ? UInt8(ascii: "\n") : byte
    }
    if byte == UInt8(ascii: "\n"), modes.contains(.newlineToCarriageReturn) { return UInt8(ascii: "\r") }
    return byte
  }

  private func handleFlow(_ byte: UInt8) -> Bool {
    if isCharacter(byte, .start) {
      isStopped = false
      return true
    }
    guard isCharacter(byte, .stop) else { return false }
    isStopped = true
    return true
  }

  private func signal(for byte: UInt8) -> Int32? {
    if isCharacter(byte, .interrupt) { return SignalNumber.interrupt }
    if isCharacter(byte, .quit) { return SignalNumber.quit }
    if isCharacter(byte, .suspend) { return SignalNumber.terminalStop }
    return nil
  }

  private func raise(_ signal: Int32, _ byte: UInt8) -> Bool {
    if !settings.local.contains(.noFlush) { input.flush() }
    isStopped = false
    pendingSignals |= 1 << UInt64(signal)
    if settings.local.contains(.echo) { echo(byte) }
    return false
  }

  /// A special character is compared only when it is set (not _POSIX_VDISABLE).
  private func isCharacter(_ byte: UInt8, _ which: ControlCharacter) -> Bool {
    settings[which] != 0 && settings[which] == byte
  }

  // MARK: Canonical mode

  private func edit(_ byte: UInt8) -> Bool {
    let isExtended = settings.local.contains(.extensions)
    if isCharacter(byte, .erase) || (byte == 8 && settings[.erase] == 127) {
      eraseCharacter()
      return false
    }
    if isCharacter(byte, .kill) { return killLine() }
    if isExtended && isCharacter(byte, .wordErase) { return eraseWord() }
    if isExtended && isCharacter(byte, .literalNext) { return beginLiteral() }
    if isExtended && isCharacter(byte, .reprint) && settings.local.contains(.echo) { return reprint(byte) }
    if isCharacter(byte, .endOfFile) { return commit(InputQueue.Cell.endOfFile) }
    if byte == UInt8(ascii: "\n") { return endLine(byte) }
    if isCharacter(byte, .endOfLine) || (isExtended && isCharacter(byte, .endOfLine2)) {
      if settings.local.contains(.echo) { echo(byte) }
      return commit(InputQueue.Cell.lineEnd | UInt16(byte))
    }
    return store(UInt16(byte), echo: byte)
  }

  private func endLine(_ byte: UInt8) -> Bool {
    if !settings.local.isDisjoint(with: [.echo, .echoNewline]) { output.put(byte, settings.output, host) }
    return commit(InputQueue.Cell.lineEnd | UInt16(byte))
  }

  private func commit(_ cell: UInt16) -> Bool {
    guard input.append(cell) else { return false }
    input.commit()
    return true
  }

  /// Adds a byte to the line; in raw mode it can be read at once.
  private func store(_ cell: UInt16, echo byte: UInt8) -> Bool {
    if input.editCount == 0 { lineStart = output.column }
    guard input.append(cell) else {
      if settings.input.contains(.ringWhenFull) { output.put(7, settings.output, host) }
      return false
    }
    if settings.local.contains(.echo) { echo(byte) }
    guard !isCanonical else { return false }
    input.commit()
    return true
  }

  private func storeRaw(_ byte: UInt8) -> Bool { store(UInt16(byte), echo: byte) }

  private func beginLiteral() -> Bool {
    takesNextLiterally = true
    if settings.local.contains(.echo), settings.local.contains(.echoControl) {
      output.put(UInt8(ascii: "^"), settings.output, host)
      output.put(8, settings.output, host)
    }
    return false
  }

  // MARK: Erasing

  private func eraseCharacter() {
    guard input.editCount > 0 else { return }
    if settings.input.contains(.utf8) {
      while input.editCount > 1, input[input.tail - 1].byte & 0xc0 == 0x80 { input.eraseLast() }
    }
    let byte = input[input.tail - 1].byte
    input.eraseLast()
    guard settings.local.contains(.echo) else { return }
    guard settings.local.contains(.echoErase) else { return echo(settings[.erase]) }
    rubOut(width(of: byte))
  }

  private func eraseWord() -> Bool {
    while input.editCount > 0, !isWordByte(input[input.tail - 1].byte) { eraseCharacter() }
    while input.editCount > 0, isWordByte(input[input.tail - 1].byte) { eraseCharacter() }
    return false
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f, 0x80...0xff: true
    default: false
    }
  }

  private func killLine() -> Bool {
    if settings.local.isSuperset(of: [.echo, .echoKill, .echoKillErase, .echoErase]) {
      while input.editCount > 0 { eraseCharacter() }
      return false
    }
    while input.editCount > 0 { input.eraseLast() }
    guard settings.local.contains(.echo) else { return false }
    echo(settings[.kill])
    if settings.local.contains(.echoKill) { output.put(UInt8(ascii: "\n"), settings.output, host) }
    return false
  }

  private func reprint(_ byte: UInt8) -> Bool {
    echo(byte)
    output.put(UInt8(ascii: "\n"), settings.output, host)
    for position in input.committed..<input.tail { echo(input[position].byte) }
    return false
  }

  private func rubOut(_ columns: Int) {
    for _ in 0..<columns {
      for byte: UInt8 in [8, 0x20, 8] { output.put(byte, settings.output, host) }
    }
  }

  /// Columns that the echo of a byte has taken; of a tab, counted from where the rest of the line ends.
  private func width(of byte: UInt8) -> Int {
    if byte == UInt8(ascii: "\t") { return tabWidth() }
    if byte < 0x20 || byte == 127 { return settings.local.contains(.echoControl) ? 2 : 0 }
    return settings.input.contains(.utf8) && byte & 0xc0 == 0x80 ? 0 : 1
  }

  private func tabWidth() -> Int {
    var column = lineStart
    for position in input.committed..<input.tail {
      let byte = input[position].byte
      column = byte == UInt8(ascii: "\t") ? (column | 7) + 1 : column + width(of: byte)
    }
    // A program may have written meanwhile: never more than one tab.
    return max(1, min(8, output.column - column))
  }

  // MARK: Echo

  /// Control characters show as ^X; newline and tab as themselves.
  private func echo(_ byte: UInt8) {
    let isPlain = byte >= 0x20 && byte != 127 || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n")
    if isPlain || !settings.local.contains(.echoControl) {
      output.put(byte, settings.output, host)
    } else {
      output.put(UInt8(ascii: "^"), settings.output, host)
      output.put(byte ^ 0x40, settings.output, host)
    }
  }
}
