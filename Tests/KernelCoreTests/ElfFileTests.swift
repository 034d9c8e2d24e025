// ELF headers: a good one is read, and no damage to it can do more than throw.

import KernelCore
import LinuxABI
import Testing

extension KernelCoreTests {
  @Suite struct ElfFileTests {
    init() { Machine.start() }

    /// Two segments, the second with bss.
    private var program: [UInt8] {
      var bytes = [UInt8](repeating: 0, count: 0x2000)
      func put(_ value: UInt64, _ count: Int, at offset: Int) {
        for index in 0..<count { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
      }
      for (index, byte) in [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1].enumerated() { bytes[index] = UInt8(byte) }
      put(2, 2, at: 16)
      put(62, 2, at: 18)
      put(0x40_1000, 8, at: 24)
      put(64, 8, at: 32)
      put(56, 2, at: 54)
      put(2, 2, at: 56)
      func segment(_ at: Int, flags: UInt64, offset: UInt64, address: UInt64, file: UInt64, memory: UInt64) {
        put(1, 4, at: at)
        put(flags, 4, at: at + 4)
        put(offset, 8, at: at + 8)
        put(address, 8, at: at + 16)
        put(file, 8, at: at + 32)
        put(memory, 8, at: at + 40)
      }
      segment(64, flags: 5, offset: 0, address: 0x40_0000, file: 0x1800, memory: 0x1800)
      segment(120, flags: 6, offset: 0x1800, address: 0x40_2800, file: 0x100, memory: 0x3000)
      return bytes
    }

    private func open(_ bytes: [UInt8]) throws -> OpenFile {
      let tree = Tree()
      let inode = try tree.make("program")
      try bytes.withUnsafeBytes { raw in
        var transfer = UserTransfer(kernel: UnsafeMutableRawPointer(mutating: raw.baseAddress!), count: raw.count)
        _ = try inode.write(&transfer, at: 0, append: false)
      }
      return try inode.open([])
    }

    @Test func readsAGoodFile() throws {
      let elf = try ElfFile(try open(program))
      #expect(elf.entry == 0x40_1000 && !elf.isRelocatable && elf.interpreter == nil)
      #expect(elf.segments.count == 2)
      #expect(elf.segments[0].protection == [.read, .execute] && elf.segments[1].protection == [.read, .write])
      #expect(elf.segments[1].memoryBytes == 0x3000)
      #expect(elf.headerAddress == 0x40_0040 && elf.headerCount == 2)
    }

    @Test func refusesWhatIsNoProgram() throws {
      for (offset, value) in [(0, 0), (4, 1), (5, 2), (18, 3), (16, 1), (54, 55), (56, 0)] as [(Int, UInt8)] {
        var bytes = program
        bytes[offset] = value
        #expect(errno { _ = try ElfFile(try open(bytes)) } == .ENOEXEC, "offset \(offset)")
      }
      #expect(errno { _ = try ElfFile(try open(Array(program.prefix(100)))) } == .ENOEXEC)
      #expect(errno { _ = try ElfFile(try open([])) } == .ENOEXEC)
    }

    @Test func damageNeverTraps() throws {
      var random = Generator(seed: 42)
      for _ in 0..<400 {
        var bytes = program
        for _ in 0..<Int.random(in: 1...6, using: &random) {
          bytes[Int.random(in: 0..<180, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        let file = try open(bytes)
        _ = try? ElfFile(file)
      }
    }
  }
}
