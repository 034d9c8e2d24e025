// The machine of the tests: an arena as physical memory, a clock that the tests turn, and one suite that runs in order,
// because frames and mounts are global.

import Foundation
import KernelCore
import LinuxABI
import Testing

/// Every suite of the module is an extension's member, so that none runs beside another.
@Suite(.serialized)
struct KernelCoreTests {}

enum Machine {
  static let frameCount: UInt32 = 16384
  nonisolated(unsafe) static var nanoseconds: UInt64 = 1_000_000_000

  /// Makes the arena once; frame 0 stays reserved.
  static func start() { _ = started }

  private static let started: Bool = {
    let arena = UnsafeMutableRawPointer.allocate(byteCount: Int(frameCount) * pageSize, alignment: pageSize)
    DirectMap.base = UInt(bitPattern: arena)
    let table = UnsafeMutableRawPointer.allocate(byteCount: Frames.tableBytes(limit: frameCount), alignment: 16)
    Frames.initialize(table: table, limit: frameCount)
    Frames.donate(1, frameCount)
    ClockSource.nanoseconds = { Machine.nanoseconds }
    return true
  }()

  static func advance(seconds: UInt64) { nanoseconds += seconds * 1_000_000_000 }
}

/// The error that `body` throws; a failure of the test when it throws none.
func errno(_ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) -> Errno? {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    return nil
  } catch {
    return error as? Errno
  }
}
