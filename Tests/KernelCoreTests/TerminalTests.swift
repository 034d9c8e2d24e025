// The line discipline.

import KernelCore
import LinuxABI
import Testing

/// Records what the terminal sends and signals; plays a process with a session and a group.
final class RecordingHost: TerminalHost {
  var sent: [UInt8] = []
  var signals: [(group: Int32, signal: Int32)] = []
  var deliveries = 0
  var session: Int32 = 10
  var group: Int32 = 10
  var leader = true
  var ignores = false
  var orphaned = false
  var groups: [Int32: Int32] = [10: 10, 11: 10, 20: 20]

  var screen: String { String(decoding: sent, as: UTF8.self) }

  override func output(_ bytes: UnsafeRawBufferPointer) { sent += Array(bytes) }
  override func requestDelivery() { deliveries += 1 }
  override func signal(group: Int32, _ signal: Int32) { signals.append((group, signal)) }
  override func currentSession() -> Int32 { session }
  override func currentGroup() -> Int32 { group }
  override func isSessionLeader() -> Bool { leader }
  override func ignoresOrBlocks(_ signal: Int32) -> Bool { ignores }
  override func isOrphaned(group: Int32) -> Bool { orphaned }
  override func session(ofGroup group: Int32) -> Int32? { groups[group] }
}

extension KernelCoreTests {
  @Suite struct TerminalTests {
    let host = RecordingHost()
    let terminal: Terminal
    let file: OpenFile

    init() throws {
      let tree = Tree()
      terminal = try Terminal(host: host, device: DeviceNumber(major: 4, minor: 64))
      file = TerminalFile(try tree.make("/tty"), .readWrite, terminal)
      terminal.setSession(10, foregroundGroup: 10)
    }

    func type(_ text: String) { for byte in text.utf8 { terminal.receive(byte) } }

    func settings(_ change: (inout Termios) -> Void) throws {
      var settings = Termios()
      change(&settings)
      _ = try withUnsafeMutablePointer(to: &settings) { pointer in
        try file.ioctl(Ioctl.setAttributes, UInt(bitPattern: pointer))
      }
    }

    @Test func linesArriveWhole() {
      type("hel")
      #expect(file.get().error == .EAGAIN)
      #expect(file.poll() == .writable)
      type("lo\r")
      #expect(file.poll().contains(.in))
      #expect(file.get().text == "hello\n")
      #expect(file.get().error == .EAGAIN)
      #expect(host.screen == "hello\r\n")
    }

    @Test func oneReadGivesOneLine() {
      type("one\ntwo\n")
      #expect(file.get().text == "one\n")
      #expect(file.get(2).text == "tw")
      #expect(file.get().text == "o\n")
    }

    @Test func erasing() {
      type("abx\u{7f}c\u{8}d\n")
      #expect(file.get().text == "abd\n")
      #expect(host.screen == "abx\u{8} \u{8}c\u{8} \u{8}d\r\n")
      type("\u{7f}\u{7f}x\n")
      #expect(file.get().text == "x\n")
    }

    @Test func erasingWordsAndLines() {
      type("echo one two  \u{17}three\n")
      #expect(file.get().text == "echo one three\n")
      type("to be forgotten\u{15}kept\n")
      #expect(file.get().text == "kept\n")
    }

    @Test func controlCharactersTakeTwoColumns() {
      type("\u{1}\u{7f}\n")
      #expect(host.screen == "^A\u{8} \u{8}\u{8} \u{8}\r\n")
      #expect(file.get().text == "\n")
    }

    @Test func tabsAreErasedWhole() {
      type("ab\t\u{7f}c\n")
      #expect(host.screen == "ab\t" + String(repeating: "\u{8} \u{8}", count: 6) + "c\r\n")
      #expect(file.get().text == "abc\n")
    }

    @Test func endOfFile() {
      type("\u{4}")
      let end = file.get()
      #expect(end.text == "" && end.error == nil)
      type("abc\u{4}")
      #expect(file.get().text == "abc")
      #expect(file.get().error == .EAGAIN)
      type("abc\u{4}")
      #expect(file.get(3).text == "abc")
      #expect(file.get().error == .EAGAIN)
    }

    @Test func theNextCharacterIsLiteral() {
      type("\u{16}\u{3}x\n")
      #expect(file.get().text == "\u{3}x\n")
      #expect(host.deliveries == 0)
    }

    @Test func keyboardSignals() {
      type("lost\u{3}")
      #expect(host.deliveries == 1)
      #expect(host.signals.isEmpty)
      terminal.deliverSignals()
      #expect(host.signals.map(\.signal) == [SignalNumber.interrupt])
      #expect(host.signals.map(\.group) == [10])
      #expect(host.screen == "lost^C")
      type("kept\n")
      #expect(file.get().text == "kept\n")
      type("\u{1c}\u{1a}")
      terminal.deliverSignals()
      #expect(host.signals.map(\.signal) == [2, 3, 20])
    }

    @Test func rawReads() throws {
      try settings { settings in
        settings.local = []
        settings.input = []
        settings.output = []
        settings[.minimum] = 1
      }
      #expect(file.get().error == .EAGAIN)
      type("\r\u{3}\u{7f}")
      #expect(file.get().text == "\r\u{3}\u{7f}")
      #expect(host.screen == "")
      #expect(host.deliveries == 0)
    }

    @Test func minimumAndTime() throws {
      try settings { settings in
        settings.local = []
        settings[.minimum] = 3
      }
      type("ab")
      let short = file.get()
      #expect(short.text == "ab" && short.error == .EAGAIN)
      try settings { settings in
        settings.local = []
        settings[.minimum] = 0
      }
      #expect(file.get() == ("", nil))
      try settings { settings in
        settings.local = []
        settings[.minimum] = 0
        settings[.time] = 5
      }
      #expect(file.get().error == .EAGAIN)
      #expect(file.readPatience(afterBytes: 0) == 500_000_000)
      try settings { settings in
        settings.local = []
        settings[.minimum] = 2
        settings[.time] = 1
      }
      #expect(file.readPatience(afterBytes: 0) == nil)
      #expect(file.readPatience(afterBytes: 1) == 100_000_000)
    }

    @Test func typedAheadSurvivesTheChangeToRaw() throws {
      type("no newline")
      try settings { $0.local = [] }
      #expect(file.get().text == "no newline")
    }

    @Test func outputIsProcessed() throws {
      file.put("a\nb\n")
      #expect(host.screen == "a\r\nb\r\n")
      host.sent = []
      try settings { $0.output = [] }
      file.put("a\n")
      #expect(host.screen == "a\n")
      host.sent = []
      try settings { $0.output = [.process, .expandTabs] }
      file.put("\rabc\td")
      #expect(host.screen == "\rabc     d")
    }

    @Test func stopAndStart() {
      type("\u{13}")
      #expect(file.put("held").error == .EAGAIN)
      #expect(file.poll() == [])
      type("\u{11}")
      #expect(file.put("out").count == 3)
      #expect(host.screen == "out")
    }

    @Test func backgroundProcessesAreStopped() throws {
      host.group = 11
      type("x\n")
      #expect(file.get().error == .restart)
      #expect(host.signals.map(\.signal) == [SignalNumber.terminalInput])
      #expect(file.put("out").count == 3)
      host.ignores = true
      #expect(file.get().error == .EIO)
      host.ignores = false
      host.orphaned = true
      #expect(file.get().error == .EIO)
      host.orphaned = false
      host.group = 10
      try settings { $0.local.insert(.stopBackgroundOutput) }
      host.group = 11
      #expect(file.put("out").error == .restart)
      #expect(host.signals.last?.signal == SignalNumber.terminalOutput)
    }

    func request(_ number: UInt32, _ value: Int32 = 0) throws -> Int32 {
      var word = value
      _ = try withUnsafeMutablePointer(to: &word) { pointer in
        try file.ioctl(number, UInt(bitPattern: pointer))
      }
      return word
    }

    @Test func foregroundGroups() throws {
      #expect(try request(Ioctl.getForegroundGroup) == 10)
      _ = try request(Ioctl.setForegroundGroup, 11)
      #expect(terminal.foregroundGroup == 11)
      host.group = 11
      #expect(errno { _ = try request(Ioctl.setForegroundGroup, 20) } == .EPERM)
      #expect(errno { _ = try request(Ioctl.setForegroundGroup, 99) } == .ESRCH)
      #expect(try request(Ioctl.getSession) == 10)
      host.session = 20
      #expect(errno { _ = try request(Ioctl.getForegroundGroup) } == .ENOTTY)
    }

    @Test func controllingTerminal() throws {
      terminal.setSession(0, foregroundGroup: 0)
      host.leader = false
      #expect(errno { _ = try file.ioctl(Ioctl.setControllingTerminal, 0) } == .EPERM)
      host.leader = true
      _ = try file.ioctl(Ioctl.setControllingTerminal, 0)
      #expect(terminal.session == 10 && terminal.foregroundGroup == 10)
      terminal.releaseSession(10)
      #expect(terminal.session == 0)
      #expect(host.signals.map(\.signal) == [SignalNumber.hangUp, SignalNumber.continue])
      terminal.adopt(.noControllingTerminal)
      #expect(terminal.session == 0)
      terminal.adopt([])
      #expect(terminal.session == 10)
    }

    @Test func windowSize() throws {
      var size = WindowSize(rows: 50, columns: 132)
      _ = try withUnsafeMutablePointer(to: &size) { try file.ioctl(Ioctl.setWindowSize, UInt(bitPattern: $0)) }
      #expect(terminal.windowSize == size)
      #expect(host.signals.map(\.signal) == [SignalNumber.windowChange])
    }

    /// From an interrupt, where no signal can be sent yet.
    @Test func windowSizeFromTheLine() throws {
      let size = WindowSize(rows: 50, columns: 132)
      terminal.lineResized(size)
      terminal.lineResized(size)
      #expect(terminal.windowSize == size && host.signals.isEmpty && host.deliveries == 1)
      terminal.deliverSignals()
      #expect(host.signals.map(\.signal) == [SignalNumber.windowChange] && host.signals.map(\.group) == [10])
    }

    @Test func longLinesKeepTheirEnd() {
      type(String(repeating: "x", count: 5000) + "\n")
      var text = ""
      while true {
        let (piece, error) = file.get(1000)
        if error != nil { break }
        text += piece
      }
      #expect(text.count == 4096 && text.hasSuffix("x\n"))
    }

    @Test func queuedBytesAndFlush() throws {
      type("abc\n")
      #expect(try request(Ioctl.inputQueued) == 4)
      _ = try file.ioctl(Ioctl.flush, 0)
      #expect(try request(Ioctl.inputQueued) == 0)
      #expect(errno { _ = try file.ioctl(0x1234, 0) } == .ENOTTY)
      #expect(errno { _ = try file.seek(0, Whence.set) } == .ESPIPE)
    }
  }
}
