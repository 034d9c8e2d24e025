// What the host must know whatever else is lost: HELLO each second, PONG when it was asked, and the account of losses four
// times a second. The drain's; it goes before all other lanes.

/// What the tracer has taken for itself, since boot.
struct DrainCost {
  var bytes: UInt64 = 0
  var frames: UInt64 = 0
  /// TSC ticks in the drain.
  var ticks: UInt64 = 0
}

struct ControlLane {
  var pongToken: UInt64?
  /// Counts resets.
  var generation: UInt64 = 0
  var enabledKeys: UInt32 = 0
  private var helloSequence: UInt64 = 0
  private var lastHello: UInt64 = 0
  private var helloDue = true
  private var lossDue = true
  private var lastLoss: UInt64 = 0
  /// The next CPU of an account that is on its way; beyond all of them when none is.
  private var lossCursor = 0

  mutating func requestHello() { helloDue = true }

  /// An account from the first CPU on.
  mutating func requestLosses() {
    lossDue = true
    lossCursor = Int.max
  }

  mutating func fillHello(
    _ frame: inout FrameWriter, _ boot: BootInfo, cpus: Int, badBytes: UInt64, now: UInt64
  ) -> Bool {
    guard helloDue || now &- lastHello >= boot.tscHertz else { return false }
    frame.hello(
      boot,
      HelloState(
        sequence: helloSequence, now: now, cpus: cpus, enabledKeys: enabledKeys, generation: generation,
        badCommandBytes: badBytes))
    helloSequence &+= 1
    lastHello = now
    helloDue = false
    return true
  }

  mutating func fillPong(_ frame: inout FrameWriter, _ boot: BootInfo, now: UInt64) -> Bool {
    guard let token = pongToken else { return false }
    frame.byte(Frame.head(.pong, tag: boot.tag))
    frame.word64(token)
    frame.word64(now)
    pongToken = nil
    return true
  }

  /// As many CPUs as a frame takes; the others follow in the next.
  mutating func fillLoss(
    _ frame: inout FrameWriter, _ boot: BootInfo, _ source: AggregateSource, _ cost: DrainCost, unnamed: UInt64,
    now: UInt64
  ) -> Bool {
    if lossCursor >= source.count {
      guard lossDue || now &- lastLoss >= boot.tscHertz / 4 else { return false }
      lossCursor = 0
      lastLoss = now
      lossDue = false
    }
    frame.byte(Frame.head(.loss, tag: boot.tag))
    frame.varint(now &>> UInt64(truncatingIfNeeded: boot.tickShift))
    frame.varint(cost.bytes)
    frame.varint(cost.frames)
    frame.varint(cost.ticks)
    frame.varint(unnamed)
    while lossCursor < source.count {
      let mark = frame.mark
      frame.loss(of: source.cpus[lossCursor], number: lossCursor)
      guard !frame.overflowed else {
        frame.rollBack(to: mark)
        break
      }
      lossCursor &+= 1
    }
    return true
  }
}

extension FrameWriter {
  fileprivate mutating func loss(of cpu: CPUProgress, number: Int) {
    byte(UInt8(truncatingIfNeeded: number))
    varint(cpu.index)
    varint(cpu.pendingWords)
    varint(UInt64(EventClass.count + 1))
    let dropped = cpu.trace.area.pointee.dropped
    varint(dropped.0)
    varint(dropped.1)
    varint(dropped.2)
    varint(dropped.3)
    varint(dropped.4)
    varint(dropped.5)
    varint(dropped.6)
    varint(dropped.7)
    varint(cpu.discarded)
  }
}
