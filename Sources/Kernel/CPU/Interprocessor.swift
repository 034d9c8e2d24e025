// What CPUs ask of each other: look at your run queue, forget user pages, stand still, stop.
//
// A request is a bit in the asked CPU's block, followed by an interrupt. It is served in that interrupt or, where
// interrupts are off, by whatever loop waits for another CPU (a lock, a flush, a park): every such loop polls, so two
// that wait for each other both go on. Any context but NMI may ask; a flush may be asked under spin locks.

import CMachine
import KernelCore
import Synchronization
import Tracer

enum Interprocessor {
  static let vector: UInt64 = 0xf0

  private static let park: UInt32 = 1 << 0
  private static let halt: UInt32 = 1 << 1
  private static let firstFlush: UInt32 = 1 << 8

  private static let parkedCount = Atomic<UInt32>(0)
  private static let isParking = Atomic<Bool>(false)
  private static let haltedCount = Atomic<UInt32>(0)
  /// The CPU that panics, plus 1; 0 while none does. An NMI then means the end.
  private static let stopper = Atomic<UInt32>(0)

  /// Makes a CPU look at `need_resched` and its run queue.
  @inline(__always)
  static func reschedule(_ cpu: CPU) { LocalAPIC.send(vector, to: cpu.apicID) }

  // MARK: Flush

  /// Makes the CPUs of `mask` forget what they know of user pages, and waits for them. The caller is none of them.
  static func flush(_ mask: UInt32) {
    let block = apus_percpu()!
    apus_atomic_or(&block.pointee.awaited, mask)
    forEach(mask) { ask($0, firstFlush << block.pointee.cpu) }
    while apus_atomic_load(&block.pointee.awaited) & mask != 0 { pollAndPause() }
  }

  // MARK: Park

  /// Runs `body` while every other CPU stands still, interrupts off, between two instructions of its own.
  /// Only the boot CPU calls it, or there would be two parkers.
  static func withOthersParked(_ body: () -> Void) {
    let flags = apus_save_flags_cli()
    let others = othersOnline
    guard others != 0 else {
      body()
      return apus_restore_flags(flags)
    }
    isParking.store(true, ordering: .sequentiallyConsistent)
    forEach(others) { ask($0, park) }
    while parkedCount.load(ordering: .acquiring) != others.nonzeroBitCount { pollAndPause() }
    body()
    isParking.store(false, ordering: .releasing)
    while parkedCount.load(ordering: .acquiring) != 0 { apus_pause() }
    apus_restore_flags(flags)
  }

  private static func standStill() {
    parkedCount.wrappingAdd(1, ordering: .acquiringAndReleasing)
    while isParking.load(ordering: .acquiring) { apus_pause() }
    _ = apus_cpuid(0, 0)  // serialises: text that was changed meanwhile is fetched anew
    TraceLine.keysChanged()
    parkedCount.wrappingSubtract(1, ordering: .acquiringAndReleasing)
  }

  // MARK: The end

  /// Stops every other CPU for good, each where it can be interrupted. Interrupts stay off.
  static func haltOthers() {
    apus_cli()
    let others = othersOnline
    forEach(others) { ask($0, halt) }
    let deadline = apus_rdtsc() &+ Clock.ticksPerSecond / 4
    while haltedCount.load(ordering: .acquiring) < others.nonzeroBitCount, apus_rdtsc() < deadline { pollAndPause() }
  }

  /// A panic stops the others wherever they are. Of two at once, one goes on. Does nothing in a panic's panic.
  static func stopOthersAtOnce() {
    let me = apus_percpu().pointee.cpu + 1
    let (isFirst, other) = stopper.compareExchange(expected: 0, desired: me, ordering: .sequentiallyConsistent)
    if !isFirst, other != me { haltHere() }
    guard isFirst else { return }
    forEach(othersOnline) { LocalAPIC.sendNonMaskable(to: $0.apicID) }
  }

  private static func haltHere() -> Never {
    haltedCount.wrappingAdd(1, ordering: .releasing)
    while true {
      apus_cli()
      apus_hlt()
    }
  }

  /// An NMI: of a panic elsewhere, or of nobody's.
  static func nonMaskable() { if stopper.load(ordering: .relaxed) != 0 { haltHere() } }

  // MARK: Serving

  static func serve() {
    let flags = apus_save_flags_cli()
    let block = apus_percpu()!
    let requests = apus_atomic_exchange(&block.pointee.requests, 0)
    if requests >= firstFlush { answerFlushes(requests, block.pointee.cpu) }
    if requests & park != 0 { standStill() }
    if requests & halt != 0 { haltHere() }
    apus_restore_flags(flags)
  }

  private static func answerFlushes(_ requests: UInt32, _ me: UInt32) {
    apus_write_cr3(apus_read_cr3())
    forEach(requests >> 8 & 0xff) { apus_atomic_and(&$0.block.pointee.awaited, ~(1 << me)) }
  }

  private static func ask(_ cpu: CPU, _ request: UInt32) {
    apus_atomic_or(&cpu.block.pointee.requests, request)
    LocalAPIC.send(vector, to: cpu.apicID)
  }

  private static func pollAndPause() {
    if apus_cpu_requests() != 0 { serve() }
    apus_pause()
  }

  private static var othersOnline: UInt32 { CPU.online & ~(1 << apus_percpu().pointee.cpu) }

  private static func forEach(_ mask: UInt32, _ body: (CPU) -> Void) {
    var rest = mask
    while rest != 0 {
      CPU.withCPU(rest.trailingZeroBitCount, body)
      rest &= rest &- 1
    }
  }
}

@c
func apus_serve_requests() { Interprocessor.serve() }

@c
func apus_shoot_down(_ cpus: UInt32) { Interprocessor.flush(cpus) }
