// What happened in each boot of a recording, by time: what a timeline is made of, and the model does not keep.
//
// The model is fed frame by frame, so that each frame's events go to the boot that it belongs to.

import Glibc
import TraceModel
import Tracer

struct BootLog {
  /// What was counted of the stacks of one kind within about a second.
  struct Step {
    /// Its end, in ticks.
    var time: UInt64
    var stacks: [CountedStack]
  }

  private(set) var events: [TraceEvent] = []
  private(set) var steps: [Step] = []
  private var told: [Stack: CountedStack] = [:]
  private var lastLook: UInt64?

  private struct Stack: Hashable {
    var program: Int
    var frames: [UInt64]
  }

  /// Feeds a whole recording. `kind`: the stacks that are wanted, in place of events. The logs are of the boots that
  /// the model has kept, in the same order.
  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, into model: inout TraceModel, _ kind: StackKind?
  ) -> [BootLog] {
    var logs: [BootLog] = []
    var start = 0
    while start < bytes.count {
      let found = memchr(bytes.baseAddress! + start, 0, bytes.count - start)
      let end = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(bytes.baseAddress!) + 1 } ?? bytes.count
      feed(UnsafeBufferPointer(rebasing: bytes[start..<end]), &model, kind, &logs)
      start = end
    }
    model.finish()
    if let kind, let session = model.session { logs[logs.count - 1].look(at: session, kind) }
    return logs.suffix(model.sessions.count)
  }

  private static func feed(
    _ frame: UnsafeBufferPointer<UInt8>, _ model: inout TraceModel, _ kind: StackKind?, _ logs: inout [BootLog]
  ) {
    let before = boot(of: model)
    var events: [TraceEvent] = []
    if kind == nil { model.feed(frame) { events.append($0) } } else { model.feed(frame) }
    guard let session = model.session else { return }
    if before == nil || boot(of: model) != before { logs.append(BootLog()) }
    logs[logs.count - 1].events += events
    if let kind { logs[logs.count - 1].lookWhenDue(session, kind) }
  }

  /// Something that changes with the boot: how many there were, or, when no more are kept, which is the last.
  private static func boot(of model: TraceModel) -> [UInt64]? {
    guard let session = model.session else { return nil }
    let isFull = model.sessions.count == TraceModel.sessionLimit
    return [UInt64(model.sessions.count), isFull ? UInt64(session.tag) : 0]
  }

  private mutating func lookWhenDue(_ session: Session, _ kind: StackKind) {
    guard let last = lastLook else {
      lastLook = session.time
      return
    }
    guard session.time &- last >= session.ticksPerSecond ?? 1 << 27 else { return }
    look(at: session, kind)
  }

  /// Takes down what has been counted since the last look.
  private mutating func look(at session: Session, _ kind: StackKind) {
    lastLook = session.time
    var now: [Stack: CountedStack] = [:]
    for stack in session.stacks(kind) {
      let key = Stack(program: stack.program, frames: stack.frames)
      var sum = stack
      if let other = now[key] {
        sum.count &+= other.count
        sum.sum &+= other.sum
      }
      now[key] = sum
    }
    let new = now.compactMap { key, stack in Self.difference(stack, told[key]) }
    told = now
    if !new.isEmpty { steps.append(Step(time: session.time, stacks: new)) }
  }

  /// Counts that went back were reset.
  private static func difference(_ now: CountedStack, _ before: CountedStack?) -> CountedStack? {
    guard let before, before.count <= now.count, before.sum <= now.sum else { return now }
    var stack = now
    stack.count -= before.count
    stack.sum -= before.sum
    return stack.count > 0 || stack.sum > 0 ? stack : nil
  }
}
