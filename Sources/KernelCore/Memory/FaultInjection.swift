// Memory that runs out on purpose: `fail=N` or `fail=N,SEED` on the boot line makes one in N allocations fail, so that
// every path that may be told ENOMEM is walked by tests. Small objects of the kernel itself come from its reserve, as
// they do when memory is short in earnest.
//
// The site is a static key in the kernel: one nop in the allocator when off. Any context.

import CMachine

public enum FaultInjection {
  /// One in so many fails; 0 for none.
  nonisolated(unsafe) public static var interval: UInt32 = 0
  nonisolated(unsafe) private static var state: UInt32 = 1
  /// How many have failed on purpose. A hint: two CPUs may lose an increment.
  nonisolated(unsafe) public private(set) static var count = 0

  public static func start(interval: UInt32, seed: UInt32) {
    state = seed | 1
    self.interval = interval
  }

  /// Whether this allocation is to fail.
  @inline(__always)
  static var strikes: Bool {
    #if APUS_KERNEL
      return apus_key_switch_fail() && draw()
    #else
      return interval != 0 && draw()
    #endif
  }

  /// xorshift32.
  @inline(never)
  private static func draw() -> Bool {
    guard interval != 0 else { return false }
    state ^= state << 13
    state ^= state >> 17
    state ^= state << 5
    guard state % interval == 0 else { return false }
    count &+= 1
    return true
  }
}
