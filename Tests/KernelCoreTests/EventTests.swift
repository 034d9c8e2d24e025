// Event files without a CPU: eventfd's counter, epoll's lists, interval timers, futex operations.

import LinuxABI
import Testing

@testable import KernelCore

extension KernelCoreTests {
  @Suite struct EventTests {
    init() { Machine.start() }

    private func write(_ value: UInt64, to file: OpenFile) throws {
      var value = value
      try withUnsafeMutableBytes(of: &value) { bytes in
        var transfer = UserTransfer(kernel: bytes.baseAddress!, count: 8)
        try file.write(&transfer)
        #expect(transfer.transferred == 8)
      }
    }

    private func read(_ file: OpenFile) throws -> UInt64 {
      var value: UInt64 = 0
      try withUnsafeMutableBytes(of: &value) { bytes in
        var transfer = UserTransfer(kernel: bytes.baseAddress!, count: 8)
        try file.read(&transfer)
      }
      return value
    }

    @Test func aCounterAddsUpAndIsTaken() throws {
      let file = EventFile(count: 2, isSemaphore: false, flags: [])
      try write(5, to: file)
      #expect(try read(file) == 7)
      #expect(errno { _ = try read(file) } == .EAGAIN)
      try write(.max - 1, to: file)
      #expect(errno { try write(1, to: file) } == .EAGAIN)
      #expect(errno { try write(.max, to: file) } == .EINVAL)
      #expect(file.poll() == .readable)
      let semaphore = EventFile(count: 2, isSemaphore: true, flags: [])
      #expect(try read(semaphore) == 1)
      #expect(try read(semaphore) == 1)
      #expect(errno { _ = try read(semaphore) } == .EAGAIN)
    }

    private func collect(_ epoll: Epoll, limit: Int = 8) -> [UInt64] {
      withUnsafeTemporaryAllocation(of: EpollEvent.self, capacity: limit) { buffer in
        let count = epoll.collect(into: buffer.baseAddress!, limit: limit)
        return (0..<count).map { buffer[$0].data }
      }
    }

    private func watched(_ epoll: Epoll, _ count: Int, _ events: EpollEvents) throws -> [EventFile] {
      try (0..<count).map { index in
        let file = EventFile(count: 0, isSemaphore: false, flags: [])
        file.addDescriptor()
        try epoll.add(file, Int32(index), EpollEvent(events, data: UInt64(index)))
        return file
      }
    }

    @Test func levelItemsTakeTurnsAndEdgesComeOnce() throws {
      let epoll = Epoll([])
      let level = try watched(epoll, 3, EpollEvents(rawValue: 1))
      for file in level { try write(1, to: file) }
      #expect(collect(epoll, limit: 2) == [0, 1])
      #expect(collect(epoll, limit: 2) == [2, 0])
      #expect(collect(epoll) == [1, 2, 0])
      _ = try read(level[1])
      #expect(collect(epoll) == [2, 0])
      try epoll.modify(level[0], 0, EpollEvent([EpollEvents(rawValue: 1), .edge], data: 10))
      #expect(Set(collect(epoll)) == [2, 10])
      #expect(collect(epoll) == [2])
      try write(1, to: level[0])
      #expect(Set(collect(epoll)) == [2, 10])
      try epoll.modify(level[2], 2, EpollEvent([EpollEvents(rawValue: 1), .oneShot], data: 20))
      #expect(collect(epoll) == [20])
      try write(1, to: level[2])
      #expect(collect(epoll) == [])
    }

    @Test func theLastDescriptorEndsTheWatch() throws {
      let epoll = Epoll([])
      let files = try watched(epoll, 2, EpollEvents(rawValue: 1))
      for file in files { try write(1, to: file) }
      files[0].addDescriptor()
      files[0].dropDescriptor()
      #expect(collect(epoll) == [0, 1])
      files[0].dropDescriptor()
      #expect(collect(epoll) == [1])
      #expect(errno { try epoll.remove(files[0], 0) } == .ENOENT)
      #expect(errno { try epoll.add(files[1], 1, EpollEvent()) } == .EEXIST)
    }

    @Test func circlesAreRefused() throws {
      let (outer, inner) = (Epoll([]), Epoll([]))
      for epoll in [outer, inner] { epoll.addDescriptor() }
      try outer.add(inner, 1, EpollEvent(EpollEvents(rawValue: 1), data: 1))
      #expect(errno { try inner.add(outer, 2, EpollEvent()) } == .ELOOP)
      #expect(errno { try inner.add(inner, 2, EpollEvent()) } == .EINVAL)
      let file = try watched(inner, 1, EpollEvents(rawValue: 1))[0]
      #expect(collect(outer) == [])
      try write(1, to: file)
      #expect(collect(outer) == [1])
      inner.dropDescriptor()
      outer.dropDescriptor()
    }

    @Test func timersCountWhatTheyMissed() {
      var timer = IntervalTimer(deadline: 100, interval: 10)
      #expect(timer.remaining(at: 40) == 60)
      #expect(timer.expire(at: 99) == 0)
      #expect(timer.expire(at: 125) == 3)
      #expect(timer.deadline == 130)
      #expect(timer.remaining(at: 135) == 5)
      var once = IntervalTimer(deadline: 5, interval: 0)
      #expect(once.expire(at: 1000) == 1)
      #expect(once.expire(at: 2000) == 0)
      #expect(once.remaining(at: 2000) == 0)
      var endless = IntervalTimer(deadline: 1, interval: .max)
      #expect(endless.expire(at: .max) == 1)
      #expect(endless.deadline == .max)
    }

    @Test func futexOperationsAreSignedTwelveBits() throws {
      let add = try #require(FutexOperation(1 << 28 | 0xfff << 12 | 0))
      #expect(add.apply(5) == 4)
      #expect(add.holds(0) && !add.holds(1))
      let shifted = try #require(FutexOperation(8 << 28 | 2 << 28 | 3 << 12 | 4 << 24 | 0xffe))
      #expect(shifted.apply(0) == 8)
      #expect(shifted.holds(0) && !shifted.holds(UInt32(bitPattern: -2)))
      #expect(FutexOperation(7 << 28) == nil && FutexOperation(9 << 24) == nil)
    }
  }
}
