// The trace line of a machine that is being started: a pair of FIFOs, as QEMU's `pipe:PATH` has them. They are open
// before the machine is, so that nothing is missed, and hold 64 KiB, so that nothing waits.

import Glibc
import Synchronization

/// What is known of a machine beside its line; set by whoever waits for its end.
final class MachineState: Sendable {
  let hasEnded = Atomic(false)
}

final class MachineSource: ByteSource {
  private let line: LineSource
  private let machine: MachineState
  private var hasBegun = false

  /// `path` with `.out` and `.in` are FIFOs.
  init(pipe path: String, of machine: MachineState, label: String) throws {
    line = try FIFOPair.open(path, label: label)
    self.machine = machine
  }

  var label: String { line.label }
  var breath: Double { line.breath }
  // Without a writer, which comes a moment later, a FIFO looks as if it had ended.
  var descriptor: Int32? { hasBegun ? line.descriptor : nil }
  var pause: Int32 { 5 }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Arrival {
    let arrival = line.read(into: buffer)
    if case .bytes = arrival {
      hasBegun = true
      return arrival
    }
    guard hasBegun ? arrival != .nothing : machine.hasEnded.load(ordering: .relaxed) else { return .nothing }
    return .ended("the machine ended")
  }

  func send(_ bytes: [UInt8]) -> Bool { hasBegun && line.send(bytes) }
}

/// Two FIFOs beside each other, named after the view of the machine: `.in` for what it reads, `.out` for what it says.
enum FIFOPair {
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path + ".out", &status) == 0 && status.st_mode & S_IFMT == S_IFIFO && access(path + ".in", F_OK) == 0
  }

  static func open(_ path: String, label: String) throws -> LineSource {
    let line = try Endpoint.openFile(path + ".out", O_RDONLY | O_NONBLOCK)
    // Not write-only: that fails while there is no reader.
    let commands = try Endpoint.openFile(path + ".in", O_RDWR | O_NONBLOCK)
    return LineSource(line, commands: commands, label: label, isFIFO: true)
  }
}
