// Timers fire once, in order, and not after they have been taken back.

import KernelCore
import Testing

private final class Recorder: Timer {
  let name: Int
  nonisolated(unsafe) static var fired: [Int] = []

  init(_ name: Int) {
    self.name = name
    super.init()
  }

  override func expire() { Self.fired.append(name) }
}

extension KernelCoreTests {
  @Suite struct TimerQueueTests {
    @Test func firesInOrderOfDeadline() {
      Recorder.fired = []
      let queue = TimerQueue()
      let timers = (0..<6).map { Recorder($0) }
      for (timer, deadline) in zip(timers, [50, 10, 30, 10, 90, 20] as [UInt64]) {
        queue.arm(timer, deadline: deadline)
      }
      #expect(queue.nextDeadline == 10)
      queue.disarm(timers[2])
      queue.disarm(timers[2])
      queue.expire(now: 9)
      #expect(Recorder.fired == [])
      queue.expire(now: 50)
      #expect(Recorder.fired == [1, 3, 5, 0])
      queue.arm(timers[4], deadline: 5)
      queue.expire(now: 60)
      #expect(Recorder.fired == [1, 3, 5, 0, 4])
      #expect(queue.nextDeadline == .max)
    }
  }
}
