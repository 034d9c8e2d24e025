// Which CPUs see an address space, and making them forget what has changed in it (Intel SDM volume 3, 4.10: TLBs).
//
// Order matters: an entry is changed first, then the CPUs that use the table are looked up and told; a CPU enters itself
// before it loads the table. So a CPU either is told, or loads the table after the change. A frame is released only
// when no CPU can reach it any more. Lock: `address_space` held by whoever changes entries.

import CMachine
import Synchronization

extension AddressSpace {
  /// There are other CPUs to tell. Set once, before the second one starts.
  nonisolated(unsafe) public static var isMultiprocessor = false

  /// A CPU, the calling one, is about to load the table.
  @inline(__always)
  public func enter(cpu: Int) { activeCPUs.bitwiseOr(1 << UInt32(cpu), ordering: .sequentiallyConsistent) }

  /// It has loaded another.
  @inline(__always)
  public func leave(cpu: Int) { activeCPUs.bitwiseAnd(~(1 << UInt32(cpu)), ordering: .sequentiallyConsistent) }

  /// Makes all other CPUs that use the table forget what they know of it.
  @inline(__always)
  func flushOthers() { if Self.isMultiprocessor { flushOtherCPUs() } }

  @inline(never)
  private func flushOtherCPUs() {
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    let others = activeCPUs.load(ordering: .sequentiallyConsistent) & ~(1 << apus_percpu().pointee.cpu)
    if others != 0 { apus_shoot_down(others) }
  }
}

/// Frames taken out of a page table, released in batches once no CPU can reach them.
struct FrameBatch: ~Copyable {
  private static let capacity = 64
  private let space: AddressSpace
  private var frames: InlineArray<64, FrameNumber> = InlineArray(repeating: FrameNumber(0))
  private var count = 0

  init(of space: AddressSpace) { self.space = space }

  /// The entry that mapped it is gone already.
  mutating func add(_ frame: FrameNumber) {
    frames[count] = frame
    count += 1
    if count == Self.capacity { release() }
  }

  mutating func release() {
    guard count > 0 else { return }
    space.flushOthers()
    for index in 0..<count { Frames.release(frames[index]) }
    count = 0
  }
}
