// Use of an object whose owner is known to keep it: no reference is counted.

import LinuxABI

extension Unmanaged {
  /// Runs `body` with the object. Somebody else must keep it alive meanwhile.
  @inlinable @inline(__always)
  public func borrow<Result>(_ body: (Instance) throws(Errno) -> Result) throws(Errno) -> Result {
    // Typed throws do not pass through the standard library's function.
    let outcome = _withUnsafeGuaranteedRef { object -> Swift.Result<Result, Errno> in
      do throws(Errno) { return .success(try body(object)) } catch { return .failure(error) }
    }
    return try outcome.get()
  }
}
