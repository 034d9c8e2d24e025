// Limits of a process (getrlimit(2)).

import KernelCore
import LinuxABI

struct ResourceLimit: BitwiseCopyable {
  var soft: UInt64
  var hard: UInt64

  static let unlimited = ResourceLimit(soft: .max, hard: .max)
}

struct ResourceLimits {
  static let count = 16
  private var rows: InlineArray<16, ResourceLimit> = InlineArray(repeating: .unlimited)

  static let processorTime = 0
  static let fileSize = 1
  static let data = 2
  static let stack = 3
  static let core = 4
  static let processes = 6
  static let files = 7
  static let lockedMemory = 8
  static let addressSpace = 9
  static let pendingSignals = 11
  static let nice = 13

  init() {
    rows[Self.stack] = ResourceLimit(soft: UInt64(AddressSpace.stackLimit), hard: .max)
    rows[Self.core] = ResourceLimit(soft: 0, hard: .max)
    rows[Self.lockedMemory] = ResourceLimit(soft: 8 << 20, hard: 8 << 20)
    rows[Self.nice] = ResourceLimit(soft: 0, hard: 0)
    rows[14] = ResourceLimit(soft: 0, hard: 0)  // RLIMIT_RTPRIO
    rows[12] = ResourceLimit(soft: 819_200, hard: 819_200)  // RLIMIT_MSGQUEUE
    rows[Self.files] = ResourceLimit(soft: 1024, hard: 4096)
  }

  /// RLIMIT_CPU, when there is one.
  var processorLimit: ResourceLimit? {
    let limit = rows[Self.processorTime]
    return limit.soft == .max && limit.hard == .max ? nil : limit
  }

  subscript(index: Int) -> ResourceLimit {
    get { rows[index] }
    set { rows[index] = newValue }
  }
}
