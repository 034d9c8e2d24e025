// Where the kernel's ELF is: beside the sources it was built from, or where APUS_KERNEL says.

import Glibc
import SystemPackage

public enum KernelImage {
  private static let builtPath = ".build-kernel/x86_64-unknown-none-elf/release/Kernel"
  private static let benchPath = ".build-guest/x86_64-unknown-none-elf/release/Bench"

  /// The default kernel: APUS_KERNEL, else the build below the package that holds this executable or the working
  /// directory, else the one installed with it.
  public static func locate() throws -> FilePath {
    if let path = getenv("APUS_KERNEL") { return FilePath(String(cString: path)) }
    if let found = find(builtPath) { return found }
    // Installed: PREFIX/bin beside PREFIX/lib.
    let installed = executableDirectory().removingLastComponent().appending("lib/apus/Kernel")
    if fileExists(installed) { return installed }
    throw GuestError("no kernel found; 'make kernel' builds it, or set APUS_KERNEL", exitCode: 66)
  }

  /// The benchmark program for guests, beside the kernel.
  public static func locateBench() throws -> FilePath {
    if let found = find(benchPath) { return found }
    throw GuestError("no benchmark program found; 'make guest' builds it", exitCode: 66)
  }

  private static func find(_ path: String) -> FilePath? {
    for start in [executableDirectory(), workingDirectory()] {
      var directory = start
      while true {
        let candidate = directory.appending(path)
        if fileExists(candidate) { return candidate }
        guard directory.removeLastComponent(), !directory.isEmpty else { break }
      }
    }
    return nil
  }

  private static func executableDirectory() -> FilePath {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    guard count > 0 else { return workingDirectory() }
    return FilePath(String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self))
      .removingLastComponent()
  }

  private static func workingDirectory() -> FilePath {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard getcwd(&buffer, buffer.count) != nil else { return "/" }
    return FilePath(String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
  }
}
