// struct timespec and struct timeval of 64-bit Linux, and the special values of utimensat.

public struct Timespec: Equatable, BitwiseCopyable, Sendable {
  public var seconds: Int64 = 0
  public var nanoseconds: Int64 = 0

  @inlinable public init() {}

  @inlinable
  public init(seconds: Int64, nanoseconds: Int64) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// From a count of nanoseconds.
  @inlinable
  public init(totalNanoseconds: UInt64) {
    seconds = Int64(totalNanoseconds / 1_000_000_000)
    nanoseconds = Int64(totalNanoseconds % 1_000_000_000)
  }

  /// tv_nsec of utimensat: use the present time.
  public static var now: Int64 { 0x3fff_ffff }
  /// tv_nsec of utimensat: leave the time alone.
  public static var omit: Int64 { 0x3fff_fffe }

  @inlinable public var isValid: Bool { nanoseconds >= 0 && nanoseconds < 1_000_000_000 }

  /// As a count of nanoseconds; the greatest one when it does not fit, nil when negative or malformed.
  @inlinable
  public var duration: UInt64? {
    guard seconds >= 0, isValid else { return nil }
    let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return .max }
    let (sum, carry) = product.addingReportingOverflow(UInt64(nanoseconds))
    return carry ? .max : sum
  }

  @inlinable
  public static func < (left: Timespec, right: Timespec) -> Bool {
    left.seconds != right.seconds ? left.seconds < right.seconds : left.nanoseconds < right.nanoseconds
  }
}

public struct Timeval: Equatable, BitwiseCopyable, Sendable {
  public var seconds: Int64 = 0
  public var microseconds: Int64 = 0

  @inlinable public init() {}

  @inlinable
  public init(seconds: Int64, microseconds: Int64) {
    self.seconds = seconds
    self.microseconds = microseconds
  }

  @inlinable public var isValid: Bool { microseconds >= 0 && microseconds < 1_000_000 }
  @inlinable public var timespec: Timespec { Timespec(seconds: seconds, nanoseconds: microseconds &* 1000) }
}

/// struct utimbuf.
public struct Utimbuf: BitwiseCopyable, Sendable {
  public var accessed: Int64 = 0
  public var modified: Int64 = 0

  public init() {}
}
