// The kernel heap: blocks do not overlap, are aligned, and every frame comes back.

import KernelCore
import Testing

extension KernelCoreTests {
  @Suite struct KernelHeapTests {
    init() { Machine.start() }

    @Test(arguments: 0..<3) func blocksKeepTheirContentAndFramesComeBack(seed: Int) throws {
      var random = Generator(seed: UInt64(seed) + 100)
      let before = Frames.freeCount
      var held: [(block: UnsafeMutableRawPointer, size: Int, mark: UInt8)] = []
      for turn in 0..<8000 {
        if held.count < 400, Bool.random(using: &random) {
          let size = Int.random(in: 1...(turn % 50 == 0 ? 20000 : 2100), using: &random)
          let block = try #require(KernelHeap.allocate(size, alignment: 16))
          let mark = UInt8.random(in: 0...255, using: &random)
          #expect(UInt(bitPattern: block) % 16 == 0)
          block.initializeMemory(as: UInt8.self, repeating: mark, count: size)
          held.append((block, size, mark))
        } else if !held.isEmpty {
          let entry = held.remove(at: Int.random(in: 0..<held.count, using: &random))
          for offset in stride(from: 0, to: entry.size, by: max(1, entry.size / 7)) {
            #expect(entry.block.load(fromByteOffset: offset, as: UInt8.self) == entry.mark)
          }
          KernelHeap.free(entry.block)
        }
      }
      for entry in held { KernelHeap.free(entry.block) }
      // One empty slab a size class may stay.
      #expect(before - Frames.freeCount <= 14)
    }

    @Test func largeAlignmentsAreKept() throws {
      for alignment in [32, 64, 256, 4096] {
        let block = try #require(KernelHeap.allocate(40, alignment: alignment))
        #expect(UInt(bitPattern: block) % UInt(alignment) == 0)
        KernelHeap.free(block)
      }
      #expect(KernelHeap.allocate(pageSize << 11, alignment: 16) == nil)
    }
  }
}
