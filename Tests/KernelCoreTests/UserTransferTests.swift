// Exact counts of transfers.

import KernelCore
import LinuxABI
import Testing

extension KernelCoreTests {
  @Suite struct UserTransferTests {
    @Test func segmentsFillInOrder() throws {
      var first = [UInt8](repeating: 0, count: 3)
      var second = [UInt8](repeating: 0, count: 5)
      try first.withUnsafeMutableBytes { a in
        try second.withUnsafeMutableBytes { b in
          let segments = [
            Iovec(base: UInt(bitPattern: a.baseAddress), length: 3), Iovec(base: 0, length: 0),
            Iovec(base: UInt(bitPattern: b.baseAddress), length: 5),
          ]
          try segments.withUnsafeBufferPointer { list in
            var transfer = try UserTransfer(list.baseAddress!, count: 3)
            #expect(transfer.remaining == 8)
            let source: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
            #expect(transfer.copyOut(source, 2) == 2)
            #expect(transfer.copyOut(source, 10) == 6)
            #expect(transfer.transferred == 8 && transfer.remaining == 0)
            #expect(transfer.copyOut(source, 1) == 0)
          }
        }
      }
      #expect(first == [1, 2, 1] && second == [2, 3, 4, 5, 6])
    }

    @Test func gatheringReads() throws {
      var first: [UInt8] = [1, 2, 3]
      var second: [UInt8] = [4, 5]
      try first.withUnsafeMutableBytes { a in
        try second.withUnsafeMutableBytes { b in
          let segments = [
            Iovec(base: UInt(bitPattern: a.baseAddress), length: 3),
            Iovec(base: UInt(bitPattern: b.baseAddress), length: 2),
          ]
          try segments.withUnsafeBufferPointer { list in
            var transfer = try UserTransfer(list.baseAddress!, count: 2)
            var target = [UInt8](repeating: 0, count: 5)
            #expect(transfer.copyIn(&target, 4) == 4)
            #expect(transfer.copyIn(&target, 4) == 1)
            #expect(target == [5, 2, 3, 4, 0])
          }
        }
      }
    }

    @Test func limitsAndErrors() throws {
      #expect(errno { _ = try UserTransfer(0x1000, count: -1) } == .EFAULT)
      #expect(errno { _ = try UserTransfer(UserMemory.end - 8, count: 9) } == .EFAULT)
      #expect(errno { _ = try UserTransfer(UInt.max, count: 1) } == .EFAULT)
      var transfer = try UserTransfer(0x1000, count: 1 << 40)
      #expect(transfer.remaining == maximumTransfer)
      transfer.limit(to: 10)
      #expect(transfer.remaining == 10)
      let bad = [Iovec(base: 0x1000, length: UInt.max)]
      #expect(errno { _ = try UserTransfer(bad, count: 1) } == .EINVAL)
      let long = [UInt](repeating: UInt(1) << 46, count: 2).map { Iovec(base: 0x1000, length: $0) }
      #expect(try UserTransfer(long, count: 2).remaining == maximumTransfer)
    }

    @Test func discardingAdvances() throws {
      var transfer = try UserTransfer(0x1000, count: 100)
      transfer.discard(60)
      #expect(transfer.transferred == 60 && transfer.remaining == 40)
    }
  }
}
