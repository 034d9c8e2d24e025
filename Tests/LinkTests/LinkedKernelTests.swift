// The linked kernel, as objdump sees it, and proof that the audit finds each breach.

import Foundation
import Guest
import KernelAudit
import Subprocess
import Testing

@Suite(.enabled(if: ProcessInfo.processInfo.environment["APUS_TESTS"] == "link"))
struct LinkedKernelTests {
  private func load() async throws -> (bytes: [UInt8], instructions: [Instruction]) {
    let path = try KernelImage.locate()
    let text = try await Subprocess.run(
      .name("objdump"), arguments: ["-d", "-j", ".text", "--no-show-raw-insn", path.string],
      output: .string(limit: 1 << 28), error: .discarded)
    return (try HostFile.read(path), Disassembly.parse(text.standardOutput))
  }

  @Test func theKernelIsWhatItMustBe() async throws {
    let (bytes, instructions) = try await load()
    #expect(instructions.count > 10000)
    #expect(try KernelAudit.check(ELFImage(bytes), instructions) == [])
  }

  /// Each breach, made on purpose in a copy, is found.
  @Test func theAuditCanFail() async throws {
    let (bytes, instructions) = try await load()
    let image = try ELFImage(bytes)
    let site = try #require(try image.probeSites().first)
    let text = try #require(image.section(".text"))
    let offset = Int(site.address - text.address)

    var patched = bytes
    patched[text.content.startIndex + offset] = 0xe9
    #expect(try !KernelAudit.check(ELFImage(patched), instructions).isEmpty)

    var renumbered = bytes
    let table = try #require(image.section("__jump_table"))
    for row in 0..<table.content.count / 12 { renumbered[table.content.startIndex + row * 12 + 8] = 77 }
    #expect(try KernelAudit.check(ELFImage(renumbered), instructions).contains { $0.description.contains("0 sites") })

    for (mnemonic, operands) in [
      ("movaps", "%xmm0,(%rdi)"), ("fldt", "0x10(%rsp)"), ("movq", "%mm0,%rax"), ("mov", "%rax,-0x8(%rsp)"),
    ] {
      let bad = instructions + [Instruction(address: site.address, mnemonic: mnemonic, operands: operands)]
      #expect(try KernelAudit.check(image, bad).count == 1, "\(mnemonic)")
    }
    let good = [("lea", "-0x28(%rsp),%rsp"), ("fxsave64", "(%rdi)"), ("mov", "0x8(%rsp),%rax")].map {
      Instruction(address: site.address, mnemonic: $0, operands: $1)
    }
    #expect(try KernelAudit.check(image, instructions + good).isEmpty)
  }

  /// No page of the image is writable and executable.
  @Test func noSegmentIsWritableAndExecutable() async throws {
    let path = try KernelImage.locate()
    let result = try await Subprocess.run(
      .name("objdump"), arguments: ["-p", path.string], output: .string(limit: 1 << 16), error: .discarded)
    let loads = result.standardOutput.components(separatedBy: "LOAD").dropFirst().dropFirst()  // not the boot stub
    #expect(loads.count == 3)
    for load in loads { #expect(!load.contains("flags rwx") && !load.contains("flags -wx")) }
  }
}
