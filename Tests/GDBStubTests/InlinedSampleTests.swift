// Samples of a kernel with debug information bring the names of what is inlined, wherever the kernel has moved itself.
import DebugInfo
import Foundation
import Testing
import TraceModel
@testable import GDBStub
@testable import Unwind

@Suite struct InlinedSampleTests {
  private static let source = """
    static volatile int sink;
    static inline __attribute__((always_inline)) void inner(int x) { sink += x * 3; sink ^= x; }
    __attribute__((noinline)) void outer(int x) { for (int i = 0; i < x; i++) inner(i); sink = 1; }
    void entry(void) { outer(7); sink = 2; }
    """

  /// A kernel that begins where Linux does.
  private func build(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Self.source.write(toFile: folder.path + "/kernel.c", atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.currentDirectoryURL = folder
    process.arguments =
      ["clang", "-g", "-O1", "-ffreestanding", "-nostdlib", "-static", "-mcmodel=kernel", "-fuse-ld=lld"]
      + ["-Wl,--image-base=0xffffffff81000000", "-Wl,-e,entry", "-o", "kernel", "kernel.c"]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    try body(folder.path + "/kernel")
  }

  @Test(arguments: [0, 0x1e00_0000 as UInt64])
  func inlinedFunctionsAreNamed(slide: UInt64) throws {
    try build { path in
      let kernel = try KernelFile(elf: path, systemMap: nil)
      let symbolizer = Symbolizer(kernel.symbols, slide: slide)
      var stream = SampleStream(symbolizer, of: kernel, bootID: 5, cpus: 1, rate: 100)
      let outer = try #require(kernel.symbols.first { $0.name == "outer" })
      let entry = try #require(kernel.symbols.first { $0.name == "entry" })
      let addresses = Array(outer.address..<outer.address + outer.size)
      for address in addresses {
        let stack = StackUnwinder.Stack(addresses: [address &+ slide, entry.address &+ slide &+ 6], end: .complete)
        let registers = StackRegisters(rip: address &+ slide, rsp: 0, rbp: 0)
        let sample = CPUSample(
          cpu: 0, registers: registers, isUser: false, stack: StackPiece(address: 0, bytes: []))
        stream.add(sample, stack)
      }
      var model = TraceModel()
      model.feed(stream.frames(now: 1_000_000_000, stopped: 0, hello: true))
      model.finish()
      let session = try #require(model.session)
      let code = model.code(of: session)
      let truth = InlinedFunctions(path: path)
      var depths = Set<Int>()
      for (_, steps) in model.resolvedStacks(.running, of: session) {
        guard case .place(let leaf) = steps.last, case .place(let caller) = steps.first else { continue }
        let expected = truth.names(at: leaf.address &- slide)
        #expect(code.names(at: leaf) == ["outer"] + expected)
        #expect(code.names(at: caller) == ["entry"])
        depths.insert(expected.count)
      }
      #expect(depths == [0, 1])
    }
  }
}
