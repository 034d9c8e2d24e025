import Testing

@testable import TraceModel

@Suite struct SwiftNameTests {
  /// As the compiler names them, and what stands in a frame.
  @Test(arguments: [
    ("memcpy", "memcpy"),
    ("$e6Kernel3CPUCIgg_ACytIeggr_TR", "reabstraction thunk"),
    ("$e10KernelCore10TimerQueueC0A0E15ticksToDeadlines6UInt32Vvg", "TimerQueue.ticksToDeadline.getter"),
    ("$e10KernelCore10FilesystemC10lastDevice33_C90F89225D6ED1804C23459FEF227253LL_WZ", "one-time initialization"),
  ]) func short(mangled: String, expected: String) { #expect(SwiftName.short(mangled) == expected) }
}
