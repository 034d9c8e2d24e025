// The frame allocator under random use.

import CMachine
import KernelCore
import LinuxABI
import Testing

extension KernelCoreTests {
  @Suite struct FrameAllocatorTests {
    init() { Machine.start() }

    @Test func randomUseKeepsTheCountExact() throws {
      var random = SystemRandomNumberGenerator()
      let before = Frames.freeCount
      var held: [(FrameNumber, Int)] = []
      for _ in 0..<20_000 {
        if held.isEmpty || Bool.random(using: &random) {
          let order = Int.random(in: 0...5, using: &random)
          guard let frame = try? Frames.allocate(order: order) else { continue }
          #expect(frame.rawValue % (1 << UInt32(order)) == 0)
          held.append((frame, order))
        } else {
          let index = Int.random(in: 0..<held.count, using: &random)
          #expect(Frames.release(held.remove(at: index).0))
        }
        let inUse = held.reduce(0) { $0 + (1 << $1.1) }
        if Frames.freeCount + inUse != before {
          Issue.record("free count is off")
          break
        }
      }
      for (frame, _) in held { Frames.release(frame) }
      #expect(Frames.freeCount == before)
    }

    @Test func blocksDoNotOverlap() throws {
      var owner = [Int](repeating: 0, count: Int(Machine.frameCount))
      var held: [FrameNumber] = []
      for turn in 1...500 {
        let order = turn % 4
        let frame = try Frames.allocate(order: order)
        for index in Int(frame.rawValue)..<Int(frame.rawValue) + (1 << order) {
          #expect(owner[index] == 0)
          owner[index] = turn
        }
        held.append(frame)
      }
      for frame in held { Frames.release(frame) }
    }

    @Test func theLastReleaseFrees() throws {
      let before = Frames.freeCount
      let frame = try Frames.allocateZeroed()
      Frames.retain(frame)
      #expect(!Frames.release(frame))
      #expect(Frames.freeCount == before - 1)
      #expect(Frames.release(frame))
      #expect(Frames.freeCount == before)
    }

    @Test func exhaustionIsAnError() throws {
      // What other CPUs keep for themselves is not to be had.
      for cpu: UInt32 in (0..<8).reversed() {
        apus_percpu().pointee.cpu = cpu
        Frames.giveBackKept()
      }
      let before = Frames.freeCount
      var held: [FrameNumber] = []
      while let frame = try? Frames.allocate(order: 0) { held.append(frame) }
      #expect(Frames.freeCount == 0)
      #expect(errno { _ = try Frames.allocate() } == .ENOMEM)
      for frame in held { Frames.release(frame) }
      #expect(Frames.freeCount == before)
    }
  }
}
