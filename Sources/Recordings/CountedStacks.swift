// The stacks that a kernel has counted, with their names: programs, functions of the kernel, and the lock's holder.
//
// Kernel addresses are named by the build's table; those of programs by `ProgramFunctions`, and where nothing is known
// the stretch within the program is one frame with the program's name, so that a picture is not made of numbers.

import FlameGraph
import TraceModel
import Tracer

/// Finds the functions of a program by its path in the machine; nil when nothing is known.
public typealias ProgramFunctions = (String) -> FunctionTable?

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
  public func stacks(
    of session: Session, _ kind: StackKind, programs functions: @escaping ProgramFunctions = { _ in nil }
  ) -> FoldedStacks {
    var namer = StackNamer(names: names(of: session), programs: session.programs, functions: functions)
    var stacks = FoldedStacks()
    for stack in session.stacks(kind) {
      let value = kind == .running ? stack.count : session.wholeNanoseconds(tsc: stack.sum)
      if value > 0 { stacks.add(namer.frames(of: stack), value: value) }
    }
    return stacks
  }
}

/// Gives stacks their names, each address once.
package struct StackNamer {
  let names: NameTable?
  let programs: [Int: Program]
  let functions: ProgramFunctions
  private var kernelNames: [UInt64: String] = [:]
  private var tables: [Int: FunctionTable?] = [:]

  package init(names: NameTable?, programs: [Int: Program], functions: @escaping ProgramFunctions) {
    self.names = names
    self.programs = programs
    self.functions = functions
  }

  package mutating func frames(of stack: CountedStack) -> [String] {
    var program = stack.program
    var frames = [programName(program)]
    for address in repaired(stack.frames) {
      if let other = Self.program(address) { program = other }
      let name = name(of: address, in: program)
      // Unknown places of a program are one frame.
      if name != frames.last || !name.hasPrefix("[") { frames.append(name) }
    }
    return frames
  }

  private func programName(_ number: Int) -> String {
    programs[number]?.name ?? (number == 0 ? "kernel" : "program \(number)")
  }

  private static func program(_ address: UInt64) -> Int? {
    !isUpperHalf(address) && address & StackAddress.program(0) == StackAddress.program(0)
      ? Int(address & 0xffff_ffff) : nil
  }

  private mutating func name(of address: UInt64, in program: Int) -> String {
    if address == StackAddress.truncated { return "[more]" }
    if Self.program(address) != nil { return "woken by " + programName(program) }
    if !Self.isUpperHalf(address) && address & StackAddress.truncated != 0 {
      return "held by " + (names?.site(Int(address & 0xffff_ffff)) ?? "site \(address & 0xffff_ffff)")
    }
    if address >= Self.kernelStart { return kernelName(address) }
    return userName(address, program)
  }

  private mutating func kernelName(_ address: UInt64) -> String {
    if let name = kernelNames[address] { return name }
    // A return address is past its call, which may be the function's last instruction.
    let name = names?.function(at: address) ?? names?.function(at: address &- 1) ?? "0x" + String(address, radix: 16)
    kernelNames[address] = name
    return name
  }

  private mutating func userName(_ address: UInt64, _ number: Int) -> String {
    guard let program = programs[number] else { return "[program]" }
    if tables[number] == nil { tables[number] = .some(functions(program.path)) }
    let function = tables[number].flatMap { $0 }?.function(at: address &- program.base)
    return function.map { SwiftName.short($0.name) } ?? "[\(program.path)]"
  }

  // The innermost address may lie where its function has no frame yet, or none at all: then the caller is among the
  // candidates that stand before it. Elsewhere they are what happened to lie on the stack.
  private func repaired(_ frames: [UInt64]) -> [UInt64] {
    guard let leaf = frames.last, frames.contains(where: Self.isCandidate) else { return frames }
    let candidates = frames.filter(Self.isCandidate)
    var result = frames.filter { !Self.isCandidate($0) }
    guard let start = names?.functions.function(at: leaf)?.start else { return result }
    // push %rbp is one byte, mov %rsp, %rbp three.
    let wantsSecond = leaf - start >= 1 && leaf - start < 4
    guard leaf - start < 4, let caller = candidates.first(where: { ($0 & StackAddress.second != 0) == wantsSecond })
    else { return result }
    result.insert(caller & ~(StackAddress.candidate | StackAddress.second), at: result.count - 1)
    return result
  }

  private static func isCandidate(_ address: UInt64) -> Bool {
    !isUpperHalf(address) && address & (StackAddress.candidate | StackAddress.truncated) == StackAddress.candidate
  }

  // Where other kernels live: there all high bits are of the address.
  private static func isUpperHalf(_ address: UInt64) -> Bool { address >> 63 == 1 }

  // Programs end below the kernel's slots of the address space, and below the upper half of kernels that live there.
  private static let kernelStart: UInt64 = 0x6000_0000_0000
}
