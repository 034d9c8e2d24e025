// Reads what a machine's trace FIFO brings, on a thread of its own, at a speed of the test's choice.

import Foundation
import Synchronization
import Tracer

final class FIFOReader: Sendable {
  private let path: String
  private let pause: UInt32
  private let isStopped = Atomic(false)
  private let hasEnded = Atomic(false)
  private let collected = Mutex<[UInt8]>([])

  /// `pause`: microseconds between two reads of 32 KiB.
  init(_ path: String, pause: UInt32) {
    self.path = path
    self.pause = pause
  }

  /// Bytes so far.
  var bytes: [UInt8] { collected.withLock { $0 } }

  /// Begins to read as soon as the FIFO exists.
  func start() {
    Thread.detachNewThread { [self] in
      var descriptor: Int32 = -1
      while descriptor < 0, !isStopped.load(ordering: .relaxed) {
        descriptor = open(path + ".out", O_RDONLY | O_NONBLOCK)
        if descriptor < 0 { usleep(2000) }
      }
      var buffer = [UInt8](repeating: 0, count: 32768)
      while !isStopped.load(ordering: .relaxed) {
        let count = read(descriptor, &buffer, buffer.count)
        if count > 0 { collected.withLock { $0 += buffer[..<count] } }
        // Before the first byte nobody may have opened the other side yet.
        if count == 0, !bytes.isEmpty { break }
        usleep(count > 0 ? pause : 1000)
      }
      close(descriptor)
      hasEnded.store(true, ordering: .releasing)
    }
  }

  /// Waits for the end of the stream, ten seconds at most.
  func finish() async throws {
    let end = ContinuousClock.now + .seconds(10)
    while !hasEnded.load(ordering: .acquiring), ContinuousClock.now < end {
      try await Task.sleep(for: .milliseconds(5))
    }
    isStopped.store(true, ordering: .relaxed)
  }

  /// Sends a command to the machine.
  func send(_ command: Command) {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = bytes.withUnsafeMutableBufferPointer { command.encode(into: $0.baseAddress!) }
    let descriptor = open(path + ".in", O_RDWR | O_NONBLOCK)
    _ = write(descriptor, bytes, count)
    close(descriptor)
  }
}
