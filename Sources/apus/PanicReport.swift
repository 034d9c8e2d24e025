// A kernel panic for people: the stack's addresses with the names of their functions, from the kernel's ELF.

import Guest
import KernelAudit
import SystemPackage

struct PanicReport {
  let message: String
  let stack: [UInt64]
  let kernel: FilePath

  /// The lines to print; bare addresses where the kernel file cannot be read.
  func lines() async -> [String] {
    let names = (try? await symbolise()) ?? stack.map { "0x" + String($0, radix: 16) }
    return ["apus: kernel panic: \(message)"] + names.map { "  at \($0)" }
  }

  /// A return address belongs to the call before it. The first may be the place of a fault, which is exact.
  private func symbolise() async throws -> [String] {
    let image = try ELFImage(try HostFile.read(kernel))
    let places = stack.enumerated().map { index, address in
      image.symbol(containing: index == 0 ? address : address - 1)
    }
    let names = try await demangle(places.map { $0?.symbol.name ?? "?" })
    return zip(stack, zip(names, places)).map { address, place in
      "\(place.0)+0x\(String(address - (place.1?.symbol.address ?? address), radix: 16)) (0x\(String(address, radix: 16)))"
    }
  }
}
