// A calling thread's way to its descriptors and directories without counting references: its process keeps them.

import KernelCore
import LinuxABI

extension Thread {
  /// Runs `body` with the file of a descriptor; not with one opened by O_PATH.
  /// - Throws: EBADF.
  @inline(__always)
  func withFile<Result>(_ descriptor: Int32, _ body: (OpenFile) throws(Errno) -> Result) throws(Errno) -> Result {
    try withFiles { (files: FileTable) throws(Errno) in try files.withFile(descriptor, body) }
  }

  /// As `withFile`, also for a file opened by O_PATH.
  @inline(__always)
  func withAnyFile<Result>(_ descriptor: Int32, _ body: (OpenFile) throws(Errno) -> Result) throws(Errno) -> Result {
    try withFiles { (files: FileTable) throws(Errno) in try files.withAnyFile(descriptor, body) }
  }

  @inline(__always)
  func withFiles<Result>(_ body: (FileTable) throws(Errno) -> Result) throws(Errno) -> Result {
    try Unmanaged.passUnretained(process.files!).borrow(body)
  }

  @inline(__always)
  func withContext<Result>(_ body: (FilesystemContext) throws(Errno) -> Result) throws(Errno) -> Result {
    try Unmanaged.passUnretained(process.filesystem!).borrow(body)
  }

  @inline(__always)
  func withCredentials<Result>(_ body: (Credentials) throws(Errno) -> Result) throws(Errno) -> Result {
    try Unmanaged.passUnretained(process.credentials!).borrow(body)
  }
}
