// COM1 as a terminal: /dev/console, and the controlling terminal of the first session.
//
// Bytes come in by interrupt and go through the line discipline there; the signals that the keyboard asks for are sent
// by a kernel thread, which may take the process table's lock.

import CMachine
import KernelCore
import LinuxABI

enum ConsoleTerminal {
  nonisolated(unsafe) private(set) static var terminal: Terminal! = nil
  private static var device: DeviceNumber { DeviceNumber(major: 4, minor: 64) }

  static func initialize() {
    do throws(Errno) {
      terminal = try Terminal(host: ConsoleHost(), device: device)
      Terminals.currentSession = { Thread.current.process.session }
      TerminalDevice.registerConsole(terminal)
      if Console.isPlain { terminal.makePlain() }
      if let size = toldSize ?? bootSize { terminal.resize(size) }
    } catch { Panic.stop("no memory for the console") }
  }

  /// What the host has said before there was a console.
  nonisolated(unsafe) private static var toldSize: WindowSize? = nil

  /// The host shows it in another size. Called by the boot CPU's tick; sizes that no terminal has are ignored.
  static func resize(rows: UInt32, columns: UInt32) {
    let limits = UInt32(1)...UInt32(UInt16.max)
    guard limits.contains(rows), limits.contains(columns) else { return }
    let size = WindowSize(rows: UInt16(truncatingIfNeeded: rows), columns: UInt16(truncatingIfNeeded: columns))
    toldSize = size
    terminal?.lineResized(size)
  }

  /// What the boot line says of it.
  private static var bootSize: WindowSize? {
    guard let rows = BootLine.number(of: "console_rows"), let columns = BootLine.number(of: "console_columns") else {
      return nil
    }
    return WindowSize(rows: UInt16(clamping: rows), columns: UInt16(clamping: columns))
  }

  /// The console, for the first program; its session gets it as controlling terminal.
  static func open(for process: Process) throws(Errno) -> OpenFile {
    terminal.setSession(process.session, foregroundGroup: process.group)
    var walk = try PathWalk(
      Name("/dev/console"), from: MountTable.root!, root: MountTable.root!, as: process.credentials)
    return try walk.resolve().open(.readWrite)
  }
}

/// The console's interrupt and the thread that finishes its work.
enum ConsoleInput {
  /// Starts the thread; after process 1, which wants the number.
  static func start() {
    do throws(Errno) { try KernelThread.start(name: "console", deliverSignals) } catch {
      Panic.stop("no memory for the console")
    }
    isThrottled = true  // what was typed before the first interrupt could come
  }

  private static let queue = WaitQueue()
  nonisolated(unsafe) private static var isDeliveryWanted = false
  /// The line discipline is full: bytes stay in the UART, which makes the sender wait.
  nonisolated(unsafe) private static var isThrottled = false

  /// Interrupts off.
  static func interrupt() {
    guard let terminal = ConsoleTerminal.terminal else { return }
    while terminal.hasRoom, let byte = SerialPort.com1.read() { terminal.receive(byte) }
    isThrottled = !terminal.hasRoom
  }

  /// Every tick: goes on where a full line discipline stopped.
  @inline(__always)
  static func tick() { if isThrottled { interrupt() } }

  static func requestDelivery() {
    isDeliveryWanted = true
    queue.wakeAll()
  }

  private static func deliverSignals() {
    while true {
      do throws(Errno) {
        try Thread.current.sleep(on: queue) { () throws(Errno) -> Void? in isDeliveryWanted ? () : nil }
      } catch {}
      isDeliveryWanted = false
      ConsoleTerminal.terminal.deliverSignals()
    }
  }
}

/// The console's line.
private final class ConsoleHost: ProcessTerminalHost {
  override func output(_ bytes: UnsafeRawBufferPointer) {
    for byte in bytes { SerialPort.com1.write(byte) }
  }

  override func requestDelivery() { ConsoleInput.requestDelivery() }
}
