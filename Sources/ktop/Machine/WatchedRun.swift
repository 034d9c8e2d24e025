// A machine and the watching of it, from launch to the files that are left.
//
// The watching runs on a thread of its own, for it polls; it begins before the machine does, so that the screen is
// there at once, and ends the machine when somebody leaves. A machine that ends by itself leaves the screen.

import Glibc
import Guest
import Recordings
import SystemPackage
import TraceModel

struct WatchedRun {
  private let machine: GuestConfiguration
  private let limit: Double?
  private let settings: Settings
  private let files: RunFiles
  private let directory: TemporaryDirectory
  private let state = MachineState()
  private let transport: TraceTransport
  /// Nil without a screen: the console is text then.
  private let consoleSize: GuestConsole.Size?
  /// The folder of the ring that takes the recording's place.
  private let ring: String?

  init(_ machine: GuestConfiguration, transport: TraceTransport, settings: Settings, ring: String?, limit: Double?)
    throws
  {
    self.ring = ring.map(RingStore.plain)
    self.settings = settings
    directory = try TemporaryDirectory()
    files = try RunFiles.next(in: "recordings")
    self.limit = limit
    var machine = machine
    machine.traceLine = transport.line(directory.file("trace"))
    self.transport = transport
    machine.console = .pipe(directory.file("console"))
    consoleSize = CursesScreen.isPossible && !settings.printsOnce ? .ofThisTerminal : nil
    machine.consoleSize = consoleSize.map { ($0.rows, $0.columns) }
    self.machine = machine
  }

  /// Runs to the end and gives the exit status.
  func run() async throws -> Int32 {
    Signals.install()
    let guest = try Guest(machine)
    let watching = Task { try await onOwnThread { try watch() } }
    do {
      let (outcome, result) = try await guest.run { running in
        let result = try await withTaskCancellationHandler {
          try await watching.value
        } onCancel: {
          state.hasEnded.store(true, ordering: .relaxed)
        }
        running.powerOff()
        return result
      }
      return try report(outcome, result)
    } catch {
      // No machine: the screen has nothing to wait for.
      Signals.wake()
      _ = try? await watching.value
      files.removeEmpty()
      throw error
    }
  }

  private struct Result: Sendable {
    var ending: Ending
    var machineEnded: Bool
    var isTrace: Bool
    var summary: String
    /// Nil when it could not be written.
    var picture: String?
    var table: String?
  }

  private var recording: String { ring ?? files.recording }

  private func watch() throws -> Result {
    // First of all: it may be another's.
    let store = try ring.map { try RingStore(keptIn: $0, bytes: settings.ringBytes) } ?? RingStore.passing(settings)
    let source = try MachineSource(
      pipe: directory.file("trace").string, of: state, label: "recording to \(recording) by \(transport.rawValue)")
    let collector = Collector(
      source, names: try NameLookup(elf: nil), recorder: try ring == nil ? Recorder(files.recording) : nil,
      store: store, machineIsBooting: true, programs: ProgramFiles(additions: machine.additions))
    collector.console = try GuestConsole(
      pipe: directory.file("console").string, copy: files.console, size: consoleSize ?? GuestConsole.Size())
    let hasScreen = consoleSize != nil
    let ending =
      hasScreen
      ? try collector.show(settings: settings, limit: limit)
      : try BatchLoop(collector: collector, limit: limit ?? 10).run()
    _ = collector.console?.pump()
    let report = TextReport(collector.snapshot())
    let machineEnded = collector.state == .ended("the machine ended")
    return Result(
      ending: ending, machineEnded: machineEnded, isTrace: collector.isTrace, summary: report.summary,
      picture: collector.isTrace ? try? FlameGraphFile.write(collector.model, to: files.picture) : nil,
      table: hasScreen ? nil : report.text)
  }

  private func report(_ outcome: GuestOutcome, _ result: Result) throws -> Int32 {
    var lines: [String] = []
    if let table = result.table, result.isTrace { lines.append(table) }
    if result.isTrace {
      lines += [result.summary, "recording  \(recording)"]
    } else {
      lines.append("no trace came from this kernel")
    }
    if let picture = result.picture { lines.append("picture    \(picture)") }
    files.removeEmpty()
    if access(files.console, F_OK) == 0 { lines.append("console    \(files.console)") }
    _ = writeAll(Array((lines.joined(separator: "\n") + "\n").utf8), to: 1)
    if result.machineEnded { try say(outcome) }
    return result.ending.status
  }

  // What a machine that ended by itself had to say.
  private func say(_ outcome: GuestOutcome) throws {
    switch outcome.report.end {
    case .exited(let code): printError("ktop: the command ended with status \(code)")
    case .signaled(let signal): printError("ktop: the command was ended by signal \(signal)")
    case .poweredOff: printError("ktop: the machine powered itself off")
    case .panicked(let message): throw ToolError(.failure, "kernel panic: \(message); the console's text has more")
    case .unknown: throw ToolError(.failure, "the machine ended without a word: killed from outside, or reset")
    }
  }
}
