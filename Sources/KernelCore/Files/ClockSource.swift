// The time that files are stamped with. The kernel sets the function at boot; the tests set their own.

import LinuxABI

public enum ClockSource {
  /// Nanoseconds since 1970. A plain function: it is called on every write.
  nonisolated(unsafe) public static var nanoseconds: @convention(c) () -> UInt64 = { 0 }

  public static var now: Timespec { Timespec(totalNanoseconds: nanoseconds()) }
}
