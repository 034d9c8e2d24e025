// Random numbers: RDRAND where the CPU has it, else a mixed counter, which is good for seeds and not for keys.

import CMachine

enum Random {
  nonisolated(unsafe) private static var state: UInt64 = 0
  nonisolated(unsafe) private static var hasInstruction = false

  static func initialize() {
    hasInstruction = apus_cpuid(1, 0).ecx & 1 << 30 != 0
    state = apus_rdtsc() ^ Clock.wallOffset
  }

  static func word() -> UInt64 {
    var value: UInt64 = 0
    if hasInstruction {
      for _ in 0..<10 where apus_rdrand(&value) { return value }
    }
    // splitmix64
    state &+= 0x9e37_79b9_7f4a_7c15
    value = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}
