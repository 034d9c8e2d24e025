// The trace line of a machine that is being started: its socket appears a moment later.

import Glibc

final class MachineSource: ByteSource {
  let label: String
  private let path: String
  private var line: LineSource?

  init(socket path: String, label: String) {
    self.path = path
    self.label = label
  }

  var descriptor: Int32? { line?.descriptor }
  var pause: Int32 { line == nil ? 5 : 0 }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Arrival {
    guard let line else {
      self.line = Socket.tryConnect(unix: path).map { LineSource($0, label: label, takesCommands: true) }
      return .nothing
    }
    let arrival = line.read(into: buffer)
    if case .ended = arrival { return .ended("the machine ended") }
    return arrival
  }

  func send(_ bytes: [UInt8]) -> Bool { line?.send(bytes) ?? false }
}
