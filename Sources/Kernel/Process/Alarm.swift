// A timer whose going off needs locks that no interrupt may take: the interrupt only notes it, and a kernel thread does
// the rest. Lock: `alarms`, interrupt-safe, guards the list of those that went off.

import CMachine
import KernelCore
import LinuxABI

/// Something to be done at a moment, by the alarm thread.
class Alarm: Timer {
  fileprivate var next: Alarm?
  fileprivate var isNoted = false

  /// Called by the alarm thread, with no lock held; perhaps after the alarm was set anew or given up.
  func goOff() {}

  /// Sets it, for a moment of the monotonic clock. nil takes it back.
  final func set(_ deadline: UInt64?) {
    guard let deadline else {
      CPU.current.timers.disarm(self)
      return
    }
    let flags = apus_save_flags_cli()
    let cpu = CPU.current
    cpu.timers.arm(self, deadline: deadline)
    if deadline < cpu.nextTick { Scheduler.programTimer(cpu, now: Clock.monotonic()) }
    apus_restore_flags(flags)
  }

  final override func expire() { Alarms.note(self) }
}

enum Alarms {
  private static let lock = InterruptSpinLock<Locks.Alarms>()
  private static let queue = WaitQueue()
  nonisolated(unsafe) private static var first: Alarm?

  /// Starts the thread; after process 1, which wants the number.
  static func start() {
    do throws(Errno) { try KernelThread.start(name: "alarms", run) } catch {
      Panic.stop("no memory for the alarm thread")
    }
  }

  /// Keeps the alarm until the thread has seen to it.
  fileprivate static func note(_ alarm: Alarm) {
    lock.withLock {
      guard !alarm.isNoted else { return }
      alarm.isNoted = true
      alarm.next = first
      first = alarm
    }
    queue.wakeAll()
  }

  private static func run() {
    while true {
      do throws(Errno) {
        let alarm = try Thread.current.sleep(on: queue) { () throws(Errno) -> Alarm? in take() }
        alarm.goOff()
      } catch {}
    }
  }

  private static func take() -> Alarm? {
    lock.withLock {
      guard let alarm = first else { return nil }
      first = alarm.next
      alarm.next = nil
      alarm.isNoted = false
      return alarm
    }
  }
}
