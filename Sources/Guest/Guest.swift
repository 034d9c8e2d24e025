// Launches a virtual machine and waits for its end: the one way in which all tools and tests start guests.

import Glibc
import Subprocess
import SystemPackage

/// How a run ended.
public struct GuestOutcome: Sendable {
  public var report: GuestReport
  public var timedOut = false
  /// QEMU's own messages.
  public var diagnostics = ""
}

/// A machine that runs.
public struct RunningGuest: Sendable {
  let processID: pid_t

  /// Ends the machine at once.
  public func powerOff() { _ = kill(processID, SIGKILL) }
}

public struct Guest: Sendable {
  public let configuration: GuestConfiguration
  private let directory: TemporaryDirectory
  private let pump: RingPump?

  public init(_ configuration: GuestConfiguration) throws {
    guard fileExists(configuration.kernel) else {
      throw GuestError("no kernel at \(configuration.kernel); 'make kernel' builds it", exitCode: 66)
    }
    self.configuration = configuration
    directory = try TemporaryDirectory()
    NamesCache.store(kernel: configuration.kernel)
    switch configuration.traceLine {
    case .pipe(let path), .port(let path):
      try makeFIFO(path.string + ".in")
      try makeFIFO(path.string + ".out")
    case .none, .socket, .file, .ring: break
    }
    if case .ring(let path) = configuration.traceLine { pump = try RingPump(path) } else { pump = nil }
    if case .pipe(let path) = configuration.console {
      try makeFIFO(path.string + ".in")
      try makeFIFO(path.string + ".out")
    }
  }

  /// Boots, runs `body` beside the machine, and waits until both have ended. The end of the machine cancels `body`.
  /// - Parameters:
  ///   - input: what the console reads; nothing unless given.
  ///   - timeout: after this long the machine is killed.
  /// - Throws: `GuestError`, or what `body` throws (the machine is ended then).
  public func run<Value: Sendable>(
    input: FileDescriptor? = nil, timeout: Duration? = nil,
    body: @Sendable @escaping (RunningGuest) async throws -> Value
  ) async throws -> (GuestOutcome, Value) {
    let report = directory.file("report")
    let arguments = configuration.arguments(initramfs: try await makeInitramfs(), report: report)
    let null = try FileDescriptor.open("/dev/null", .readWrite)
    defer { try? null.close() }
    try pump?.start()
    do {
      let launch = Launch(qemu: arguments, console: configuration.console)
      let result = try await Subprocess.run(
        launch.executable, arguments: Arguments(launch.arguments), platformOptions: launch.options,
        input: .fileDescriptor(input ?? null, closeAfterSpawningProcess: false),
        output: .fileDescriptor(.standardOutput, closeAfterSpawningProcess: false), error: .sequence
      ) { execution in
        let guest = RunningGuest(processID: execution.processIdentifier.value)
        let work = Task { try await Self.run(body, guest) }
        let (text, timedOut) = try await Self.watch(execution.standardError, guest, timeout)
        await pump?.stop()
        work.cancel()
        return (text, timedOut, try await work.value)
      }
      let (text, timedOut, value) = result.closureResult
      return (try outcome(report, text, timedOut, result.terminationStatus), value)
    } catch let error as SubprocessError {
      await pump?.stop()
      throw Launch.failure("\(error)")
    }
  }

  /// Boots and waits.
  public func run(input: FileDescriptor? = nil, timeout: Duration? = nil) async throws -> GuestOutcome {
    try await run(input: input, timeout: timeout) { _ in }.0
  }

  /// A body that fails ends the machine: nobody would be left to do it.
  private static func run<Value: Sendable>(
    _ body: @Sendable (RunningGuest) async throws -> Value, _ guest: RunningGuest
  ) async throws -> Value {
    do { return try await body(guest) } catch {
      guest.powerOff()
      throw error
    }
  }

  /// Collects QEMU's messages until they end, which is when QEMU does, and enforces the time limit meanwhile.
  private static func watch(
    _ messages: SubprocessOutputSequence, _ guest: RunningGuest, _ timeout: Duration?
  ) async throws -> (String, Bool) {
    let timer = Task {
      guard let timeout else { return false }
      do { try await Task.sleep(for: timeout) } catch { return false }
      guest.powerOff()
      return true
    }
    var text = ""
    for try await line in messages.strings() { text += line }
    timer.cancel()
    return (text, await timer.value)
  }

  private func outcome(
    _ report: FilePath, _ text: String, _ timedOut: Bool, _ status: TerminationStatus
  ) throws -> GuestOutcome {
    let lines = (try? readFile(report)) ?? []
    let parsed = GuestReport(parsing: String(decoding: lines, as: UTF8.self))
    if !timedOut, case .exited(Launch.notFound) = status { throw Launch.failure(text) }
    // QEMU's own failures (bad options, no memory) are status 1 with a message and without a report.
    if !timedOut, parsed.end == .unknown, case .exited(1) = status, !text.isEmpty {
      throw GuestError("QEMU failed: \(text)", exitCode: 69)
    }
    return GuestOutcome(report: parsed, timedOut: timedOut, diagnostics: text)
  }

  // MARK: Initramfs

  private func makeInitramfs() async throws -> FilePath {
    let path = directory.file("initramfs")
    var bytes: [UInt8]
    if let given = configuration.initramfs {
      // A complete archive is used as it is: two guests that are given one boot from the same bytes.
      if configuration.isInitramfsComplete { return given }
      bytes = try readFile(given)
      bytes += try Initramfs.overlay(
        command: configuration.command, additions: configuration.additions, programs: configuration.programs)
    } else {
      bytes = try Initramfs.busyBox(BusyBox.path(), applets: await BusyBox.applets(), additions: [])
      bytes += try Initramfs.overlay(
        command: configuration.command, additions: configuration.additions, programs: configuration.programs)
    }
    try writeFile(path, bytes)
    return path
  }
}

/// Debian's static BusyBox on this host.
public enum BusyBox {
  public static func path() throws -> FilePath {
    for candidate: FilePath in ["/bin/busybox", "/usr/bin/busybox"] where fileExists(candidate) { return candidate }
    throw GuestError("no BusyBox; 'make setup' installs busybox-static", exitCode: 69)
  }

  /// Paths of the applets, without the leading slash.
  public static func applets() async throws -> [String] {
    let result = try await Subprocess.run(
      .path(path()), arguments: ["--list-full"], output: .string(limit: 1 << 16), error: .discarded)
    return result.standardOutput.split(separator: "\n").map(String.init)
  }
}
