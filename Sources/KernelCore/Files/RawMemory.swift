// Heap memory whose absence is an error and not a trap: for tables that grow as far as a program makes them.
// Class instances come from the same heap but cannot fail gracefully, so they stay small.

import LinuxABI

@_silgen_name("posix_memalign")
private func allocateAligned(
  _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ alignment: Int, _ size: Int
) -> Int32

@_silgen_name("memcmp")
func compareMemory(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ count: Int) -> Int32

public enum RawMemory {
  /// `count` bytes of unknown content, aligned to 16.
  /// - Throws: ENOMEM.
  public static func allocate(_ count: Int) throws(Errno) -> UnsafeMutableRawPointer {
    if FaultInjection.strikes { throw .ENOMEM }
    var result: UnsafeMutableRawPointer?
    guard allocateAligned(&result, 16, max(count, 16)) == 0, let result else { throw .ENOMEM }
    return result
  }

  /// Space for `count` values, not initialised.
  /// - Throws: ENOMEM.
  public static func allocate<Element>(_: Element.Type, count: Int) throws(Errno) -> UnsafeMutablePointer<Element> {
    try allocate(count * MemoryLayout<Element>.stride).bindMemory(to: Element.self, capacity: count)
  }

  public static func free(_ memory: UnsafeMutableRawPointer) { memory.deallocate() }
}
