// Slow behaviours on demand: what `legacy=WORD,…` and `experiment=WORD,…` on the boot line bring back, so that a fix can
// be shown, measured and found again by the tools. `kbench fixes` does that; switches.h lists the words.
//
// The sites are static keys. Nothing here runs in a kernel as it boots: each site is one nop then. Set at boot, before
// there is a program, and never changed.

import CMachine
import KernelCore
import LinuxABI

enum Legacy {
  /// Turns on what the boot line asks for; unknown words are named on the console.
  static func initialize() {
    enable(BootLine.value(of: "legacy"))
    enable(BootLine.value(of: "experiment"))
    if let words = BootLine.value(of: "fail") { prepareFailures(words) }
  }

  private static func enable(_ words: [UInt8]?) {
    guard let words else { return }
    var start = 0
    for index in 0...words.count where index == words.count || words[index] == UInt8(ascii: ",") {
      enable(word: [UInt8](words[start..<index]))
      start = index + 1
    }
  }

  private static func enable(word: [UInt8]) {
    guard !word.isEmpty else { return }
    word.withUnsafeBufferPointer { bytes in
      let id = bytes.withMemoryRebound(to: CChar.self) { apus_switch_named($0.baseAddress, UInt64($0.count)) }
      if id >= 0 {
        StaticKeys.enable(UInt32(id))
      } else {
        Console.line(.literal("no such behaviour: "), .bytes(bytes))
      }
    }
  }

  // MARK: fail=N,SEED

  nonisolated(unsafe) private static var failures: (interval: UInt32, seed: UInt32) = (0, 1)

  private static func prepareFailures(_ words: [UInt8]) {
    var numbers: [UInt32] = [0]
    for byte in words {
      if byte == UInt8(ascii: ",") { numbers.append(0) }
      guard byte >= 48, byte <= 57 else { continue }
      numbers[numbers.count - 1] = numbers[numbers.count - 1] &* 10 &+ UInt32(byte - 48)
    }
    failures = (numbers[0], numbers.count > 1 ? numbers[1] : 1)
    StaticKeys.enable(UInt32(apus_switch_id_fail.rawValue))
  }

  /// Memory begins to fail once the first program runs.
  static func startFailures() {
    guard failures.interval != 0, FaultInjection.interval == 0 else { return }
    FaultInjection.start(interval: failures.interval, seed: failures.seed)
  }

  // MARK: wait4-clear

  /// The one lock that every wait4 took.
  private static let dead = SpinLock<Locks.Reaper>()

  /// Every wait4 cleared the list of the dead itself, under a lock that all CPUs share.
  @inline(never)
  static func clearDead() {
    dead.acquire()
    Reaper.run()
    dead.release()
  }

  /// A first pass over the children that only asks whether there is a match.
  @inline(never)
  static func hasMatch(_ parent: Process, _ target: WaitTarget) -> Bool {
    parent.lock.withLock {
      for child in parent.children where target.matches(child) { return true }
      return false
    }
  }

  // MARK: write-log

  /// Every write was looked at: what process 1 says on its standard error went to the log as well.
  @inline(never)
  static func logWrite(_ caller: Thread, _ descriptor: Int32, _ count: Int) {
    guard descriptor == 2, caller.process.pid == 1, count < 4096 else { return }
    Console.line(.literal("write of "), .decimal(count))
  }

  // MARK: yield-locks

  /// A yield alone on its CPU: asks under the lock, queues itself and takes itself out again, and looks once more.
  @inline(never)
  static func yieldWithLocks(_ caller: Thread) {
    let flags = apus_save_flags_cli()
    let cpu = CPU.current
    let isAlone = isQueueEmpty(cpu)
    if isAlone {
      cpu.runQueue.lock.acquireWithInterruptsOff()
      cpu.runQueue.append(caller)
      _ = cpu.runQueue.popFirst()
      cpu.runQueue.lock.releaseWithInterruptsOff()
      _ = isQueueEmpty(cpu)
    }
    apus_restore_flags(flags)
    if !isAlone { Scheduler.yield() }
  }

  private static func isQueueEmpty(_ cpu: CPU) -> Bool {
    cpu.runQueue.lock.acquireWithInterruptsOff()
    defer { cpu.runQueue.lock.releaseWithInterruptsOff() }
    return cpu.runQueue.isEmpty
  }

  // MARK: irq-locks

  /// The descriptor table as if interrupts could touch it.
  @inline(never)
  static func lockWithoutInterrupts(_ files: FileTable) {
    let flags = apus_save_flags_cli()
    files.touchLock()
    apus_restore_flags(flags)
  }

  // MARK: bss-prefault

  /// Every page of an anonymous area of a new program, whether it will be used or not.
  /// - Throws: ENOMEM.
  @inline(never)
  static func prefault(_ area: Area, in space: AddressSpace) throws(Errno) {
    guard area.file == nil else { return }
    var page = area.start
    while page < area.end {
      _ = try space.writablePage(at: page)
      page += UInt(pageSize)
    }
  }
}
