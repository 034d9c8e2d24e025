// The trace line of a machine that is being started: its socket appears a moment later.

import Glibc
import Synchronization

/// What is known of a machine beside its line; set by whoever waits for its end.
final class MachineState: Sendable {
  let hasEnded = Atomic(false)
}

final class MachineSource: ByteSource {
  let label: String
  private let path: String
  private let machine: MachineState
  private var line: LineSource?

  init(socket path: String, of machine: MachineState, label: String) {
    self.path = path
    self.machine = machine
    self.label = label
  }

  var descriptor: Int32? { line?.descriptor }
  var pause: Int32 { line == nil ? 5 : 0 }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Arrival {
    guard let line else {
      self.line = Socket.tryConnect(unix: path).map { LineSource($0, label: label, takesCommands: true) }
      return self.line == nil && machine.hasEnded.load(ordering: .relaxed) ? .ended("the machine ended") : .nothing
    }
    let arrival = line.read(into: buffer)
    if case .ended = arrival { return .ended("the machine ended") }
    return arrival
  }

  func send(_ bytes: [UInt8]) -> Bool { line?.send(bytes) ?? false }
}
