// The stacks that a kernel has counted, with their names: programs, functions of the kernel, and the lock's holder.
//
// Kernel addresses are named by the build's table; those of programs by their own files, and where nothing is known
// the stretch within the program is one frame with the program's name, so that a picture is not made of numbers.

import FlameGraph
import TraceModel
import Tracer

extension StackKind {
  /// What the width of a frame means.
  public func unit(in session: Session) -> String {
    if self == .running { return "samples" }
    let time = session.hello == nil ? "TSC ticks" : "ns"
    switch self {
    case .running: return "samples"
    case .sleeping: return "off-CPU \(time)"
    case .waking: return "\(time) slept"
    case .lockWait: return "\(time) of waiting"
    }
  }

  /// As it stands in menus and in `--stacks`.
  public var name: String {
    switch self {
    case .running: "on-CPU"
    case .sleeping: "off-CPU"
    case .waking: "wake-up"
    case .lockWait: "lock-wait"
    }
  }
}

extension TraceModel {
  /// The counted stacks of a kind: samples, or nanoseconds for all others.
  public func stacks(of session: Session, _ kind: StackKind) -> FoldedStacks {
    folded(session.stacks(kind), of: session, kind)
  }

  /// Those that were counted in a window that ends now, and not before `since` (ticks).
  public func stacks(
    of session: Session, _ kind: StackKind, in window: TimeWindow, since: UInt64 = 0
  ) -> FoldedStacks { folded(session.stacks(kind, in: window, since: since), of: session, kind) }

  private func folded(_ counted: [CountedStack], of session: Session, _ kind: StackKind) -> FoldedStacks {
    var namer = StackNamer(model: self, session: session)
    var stacks = FoldedStacks()
    for (stack, steps) in resolved(counted, kind, of: session) {
      let value = kind == .running ? stack.count : session.wholeNanoseconds(tsc: stack.sum)
      if value > 0 { stacks.add(namer.frames(of: stack, steps), value: value) }
    }
    return stacks
  }
}

/// Gives steps their names, each place once.
package struct StackNamer {
  private let table: NameTable?
  private let programs: [Int: Program]
  private let code: SessionCode
  private var known: [CodePlace: [String]] = [:]

  package init(model: TraceModel, session: Session) {
    table = model.names(of: session)
    programs = session.programs
    code = model.code(of: session)
  }

  package mutating func frames(of stack: CountedStack, _ steps: [StackStep]) -> [String] {
    var frames = [programName(stack.program)]
    for step in steps {
      switch step {
      case .more: frames.append("[more]")
      case .holder(let site): frames.append("held by " + (table?.site(site) ?? "site \(site)"))
      case .wokenBy(let program): frames.append("woken by " + programName(program))
      case .place(let place):
        let names = names(of: place)
        // Unknown places of a program are one frame.
        if names.count > 1 || names.first != frames.last || names.first?.hasPrefix("[") == false { frames += names }
      }
    }
    return frames
  }

  private func programName(_ number: Int) -> String {
    programs[number]?.name ?? (number == 0 ? "kernel" : "program \(number)")
  }

  private mutating func names(of place: CodePlace) -> [String] {
    if let names = known[place] { return names }
    var names = code.names(at: place)
    if names.isEmpty {
      if let program = place.program {
        names = [programs[program].map { "[\($0.path)]" } ?? "[program]"]
      } else {
        names = ["0x" + String(place.address, radix: 16)]
      }
    }
    known[place] = names
    return names
  }
}
