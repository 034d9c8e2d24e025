// `apus probes`: the probe sites of the kernel, whether the linked file is what it must be, and what "off" costs.

import ArgumentParser
import Glibc
import Guest
import KernelAudit
import Subprocess
import SystemPackage

struct Probes: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the kernel's probe sites, check them, and measure what they cost when off.")

  @Option(help: ArgumentHelp("Kernel ELF; default: the one built here.", valueName: "FILE"))
  var kernel: String?

  @Option(help: ArgumentHelp("A kernel built by 'make kernel TRACER=0', to compare with.", valueName: "FILE"))
  var untraced = ".build-kernel-untraced/x86_64-unknown-none-elf/release/Kernel"

  func run() async throws {
    do {
      let path = try kernel.map { FilePath($0) } ?? KernelImage.locate()
      let image = try await LinkedKernel(path)
      try await printSites(image)
      let findings = try KernelAudit.check(image.image, image.instructions)
      for finding in findings { print("FAIL: \(finding)") }
      print("\(image.instructions.count) instructions checked, \(findings.count) findings")
      if FilePath(untraced).exists {
        let costs = CallCost(traced: path, untraced: FilePath(untraced))
        try await costs.printProbes()
        try await costs.printLocks()
      }
      if !findings.isEmpty { Glibc.exit(1) }
    } catch let error as GuestError {
      printError("apus: \(error)")
      Glibc.exit(error.exitCode)
    }
  }

  private func printSites(_ kernel: LinkedKernel) async throws {
    let names = Dictionary(uniqueKeysWithValues: kernel.image.declaredKeys().map { ($0.id, $0.name) })
    let sites = try kernel.image.probeSites()
    let functions = try await demangle(
      sites.map { kernel.image.symbol(containing: $0.address)?.symbol.name ?? "?" })
    print("key        site             code            in")
    for (site, function) in zip(sites, functions) {
      let name = (names[site.key] ?? "\(site.key)").padding(10)
      let code = site.code.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined(separator: " ")
      print("\(name) 0x\(String(site.address, radix: 16)) \(code)  \(function.prefix(100))")
    }
    print("\(sites.count) sites")
  }
}

/// A kernel file with its disassembly by objdump.
struct LinkedKernel {
  let image: ELFImage
  let instructions: [Instruction]

  init(_ path: FilePath) async throws {
    do { image = try ELFImage(try HostFile.read(path)) } catch let error as ELFImage.BadImage {
      throw GuestError("\(path) is no kernel: \(error)", exitCode: 65)
    }
    let text = try await Subprocess.run(
      .name("objdump"), arguments: ["-d", "-j", ".text", "--no-show-raw-insn", path.string],
      output: .string(limit: 1 << 28), error: .discarded)
    instructions = Disassembly.parse(text.standardOutput)
  }
}

/// Swift names for people; the names as they are where the demangler is missing.
func demangle(_ names: [String]) async throws -> [String] {
  let input = names.joined(separator: "\n") + "\n"
  let result = try? await Subprocess.run(
    .name("swift-demangle"), arguments: ["--compact"], input: .string(input), output: .string(limit: 1 << 22),
    error: .discarded)
  let lines = result?.standardOutput.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) ?? []
  return lines.count >= names.count ? Array(lines.prefix(names.count)) : names
}

extension String {
  /// At least so wide, its text on the left.
  func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

extension FilePath {
  var exists: Bool { withPlatformString { access($0, F_OK) } == 0 }
}
