// Several CPUs at once, each a thread of the host with a number of its own: what the locks guard holds, and the thread
// sanitizer finds nothing (`make sanitize`).

import CMachine
import Foundation
import KernelCore
import LinuxABI
import Synchronization
import Testing

extension KernelCoreTests {
  @Suite struct ConcurrencyTests {
    let tree = Tree()
    private static let cpus = 4

    /// Runs `body` on as many threads as there are CPUs; each takes its number from `apus_percpu`.
    private func onAllCPUs(_ body: @escaping @Sendable (Int) throws -> Void) {
      let failed = Mutex<[String]>([])
      let group = DispatchGroup()
      for cpu in 0..<Self.cpus {
        group.enter()
        let thread = Foundation.Thread {
          apus_percpu().pointee.cpu = UInt32(cpu)
          do { try body(cpu) } catch { failed.withLock { $0.append("CPU \(cpu): \(error)") } }
          Frames.giveBackKept()
          group.leave()
        }
        thread.stackSize = 1 << 20
        thread.start()
      }
      group.wait()
      #expect(failed.withLock { $0 } == [])
    }

    private struct Wrong: Error { var what: String }

    @Test func framesBelongToOneAtATime() {
      let before = Frames.freeCount
      onAllCPUs { cpu in
        var mine: [(FrameNumber, Int)] = []
        var random = UInt64(cpu + 1)
        for _ in 0..<2000 {
          random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          if mine.count < 40, random >> 40 & 1 == 0 {
            let order = Int(random >> 50 & 3)
            let frame = try Frames.allocate(order: order)
            frame.pointer.storeBytes(of: UInt64(cpu), as: UInt64.self)
            mine.append((frame, order))
          } else if let (frame, _) = mine.popLast() {
            guard frame.pointer.load(as: UInt64.self) == UInt64(cpu) else { throw Wrong(what: "a frame of two CPUs") }
            Frames.release(frame)
          }
        }
        for (frame, _) in mine { Frames.release(frame) }
      }
      #expect(Frames.freeCount == before)
    }

    private final class Counter: @unchecked Sendable {
      let lock = InterruptSpinLock<Locks.RunQueue>()
      var count = 0
    }

    @Test func aTriedLockHasOneHolder() {
      let counter = Counter()
      counter.lock.acquireWithInterruptsOff()
      let whileHeld = counter.lock.tryAcquireWithInterruptsOff()
      #expect(!whileHeld)
      counter.lock.releaseWithInterruptsOff()
      onAllCPUs { _ in
        for round in 0..<20_000 {
          if round % 3 == 0 || !counter.lock.tryAcquireWithInterruptsOff() { counter.lock.acquireWithInterruptsOff() }
          counter.count += 1
          counter.lock.releaseWithInterruptsOff()
        }
      }
      #expect(counter.count == Self.cpus * 20_000)
      let whileFree = counter.lock.tryAcquireWithInterruptsOff()
      #expect(whileFree)
      counter.lock.releaseWithInterruptsOff()
    }

    @Test func pagesAreSharedByCount() throws {
      let frame = try Frames.allocate()
      onAllCPUs { _ in
        for _ in 0..<20_000 {
          Frames.retain(frame)
          Frames.release(frame)
        }
      }
      #expect(Frames.references(frame) == 1)
      Frames.release(frame)
    }

    @Test func aDirectoryOfMany() throws {
      let tree = self.tree
      try tree.makeDirectory("/shared")
      let shared = try tree.find("/shared")
      onAllCPUs { cpu in
        for round in 0..<100 {
          let name = Array("file\(cpu)".utf8)
          try name.withUnsafeBytes { bytes in
            let node = NewNode(mode: FileMode(.regular, 0o600), as: Credentials())
            let file = try shared.create(Name(bytes), node)
            try file.put("\(cpu) \(round)", at: 0)
            guard try file.bytes(from: 0, count: 20) == Array("\(cpu) \(round)".utf8) else {
              throw Wrong(what: "somebody else's bytes")
            }
            try shared.unlink(Name(bytes), as: Credentials())
          }
        }
      }
      #expect(errno { _ = try tree.find("/shared/file0") } == .ENOENT)
    }

    @Test func aTableOfThreads() throws {
      try tree.make("/f")
      let file = try tree.find("/f").open(.readWrite)
      let table = try FileTable()
      table.isShared = true
      onAllCPUs { _ in
        for _ in 0..<300 {
          let descriptor = try table.install(file)
          _ = try table.retained(descriptor)
          let copy = try table.duplicate(descriptor, from: 100)
          try table.close(descriptor)
          try table.close(copy)
        }
      }
      #expect(table.next(from: 0) == nil)
    }

    @Test func aPipeBetweenTwo() throws {
      let (reader, writer) = try FIFOInode.makePipe([])
      let total = 200_000
      onAllCPUs { cpu in
        guard cpu < 2 else { return }
        var moved = 0
        while moved < total {
          if cpu == 0 {
            let text = String(repeating: "\(moved % 10)", count: min(97, total - moved))
            moved += writer.put(text).count
          } else {
            moved += reader.get(131).text.utf8.count
          }
        }
      }
      #expect(reader.get().error == .EAGAIN)
    }

    /// A sleeper that waits for its own flag, as a thread does: marked, checked, asleep until it is woken.
    private final class Waiter: Sleeper {
      let isWoken = Atomic<Bool>(false)
      override func wake() { isWoken.store(true, ordering: .releasing) }
    }

    @Test func noWakeUpIsLost() {
      let queue = WaitQueue()
      let turn = Atomic<Int>(0)
      onAllCPUs { cpu in
        guard cpu < 2 else { return }
        let waiter = Waiter()
        let entry = WaitEntry(waiter)
        for round in 0..<1000 where round % 2 == cpu {
          queue.enqueue(entry)
          while true {
            waiter.isWoken.store(false, ordering: .sequentiallyConsistent)
            if turn.load(ordering: .sequentiallyConsistent) == round { break }
            let limit = Date() + 20
            while !waiter.isWoken.load(ordering: .acquiring) {
              guard Date() < limit else { throw Wrong(what: "a lost wake-up") }
            }
          }
          queue.remove(entry)
          turn.store(round + 1, ordering: .sequentiallyConsistent)
          queue.wakeAll()
        }
      }
      #expect(turn.load(ordering: .relaxed) == 1000)
    }

    @Test func anAddressSpaceOfThreads() throws {
      if AddressSpace.zeroPage.rawValue == 0 { AddressSpace.zeroPage = try Frames.allocateZeroed() }
      AddressSpace.isMultiprocessor = true
      defer { AddressSpace.isMultiprocessor = false }
      let before = Frames.freeCount
      do {
        let space = try AddressSpace()
        onAllCPUs { cpu in
          space.enter(cpu: cpu)
          for _ in 0..<60 {
            let start = try space.map(
              Area(start: 0, end: 0, protection: [.read, .write]), hint: 0, length: 8 * 4096,
              flags: [.private, .anonymous])
            for page in 0..<8 {
              guard case .resolved = space.resolveFault(at: start + UInt(page) * 4096, FaultAccess(errorCode: 6)) else {
                throw Wrong(what: "no page")
              }
            }
            space.unmap(start, length: 8 * 4096)
          }
          space.leave(cpu: cpu)
        }
        #expect(space.residentCount == 0)
        #expect(apus_host_shot_down == 0)
      }
      // The last thread may still be letting go of what it ran.
      for _ in 0..<200 where Frames.freeCount != before { usleep(10_000) }
      #expect(Frames.freeCount == before)
    }
  }
}
