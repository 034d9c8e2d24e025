// Pages for the content of files and pipes. They leave the kernel a reserve: a program that fills files gets an error
// while the kernel's own small objects, whose allocation cannot fail, still find memory.

import LinuxABI

public enum FilePages {
  /// Free frames that files may not use. Set at boot.
  nonisolated(unsafe) public static var reserve = 0

  /// A page of unknown content.
  /// - Throws: ENOMEM.
  @inline(__always)
  static func allocate() throws(Errno) -> FrameNumber {
    guard !Frames.hasFewer(than: reserve + 1) else { throw .ENOMEM }
    return try Frames.allocate()
  }
}
