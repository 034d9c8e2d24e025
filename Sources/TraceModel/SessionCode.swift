// All the code that a session's stacks can lie in: the kernel's, and that of programs as far as it is known.

import Tracer

public struct SessionCode: Sendable {
  let kernel: CodeNames?
  /// By the program's number, with where it was loaded.
  let programs: [Int: (names: CodeNames, base: UInt64)]

  /// The file that a place is in and where it lies in memory; nil when it is not known.
  func file(of place: CodePlace) -> (names: CodeNames, base: UInt64)? {
    guard let program = place.program else { return kernel.map { ($0, 0) } }
    return programs[program]
  }

  /// The function at a place and what is inlined there, the outermost first; empty when not known.
  public func names(at place: CodePlace) -> [String] {
    guard let file = file(of: place) else { return [] }
    let address = place.address &- file.base
    // A return address is past its call, which may be the function's last instruction.
    let names = file.names.names(at: place.isReturn ? address &- 1 : address)
    return names.isEmpty && place.isReturn ? file.names.names(at: address) : names
  }
}

extension TraceModel {
  /// The code that stacks lie in; `asksFiles` is false for what must be cheap: no file is read then.
  public func code(of session: Session, asksFiles: Bool = true) -> SessionCode {
    func code(_ names: CodeNames?) -> CodeNames? { asksFiles ? names : names?.withoutReader }
    let streamed = names(of: session)?.programs
    let programs = session.programs.compactMapValues { program in
      code(programFiles[program.path] ?? streamed?[program.path]).map { (names: $0, base: program.base) }
    }
    return SessionCode(kernel: code(names(of: session)?.code), programs: programs)
  }

  /// The counted stacks of a kind with their steps, outermost first.
  public func resolvedStacks(_ kind: StackKind, of session: Session) -> [(stack: CountedStack, steps: [StackStep])] {
    resolved(session.stacks(kind), kind, of: session)
  }

  /// The same of some stacks, such as those of one stretch of time.
  public func resolved(
    _ stacks: [CountedStack], _ kind: StackKind, of session: Session
  ) -> [(stack: CountedStack, steps: [StackStep])] {
    var resolver = StackResolver(code(of: session))
    return stacks.map { ($0, resolver.steps(of: $0, kind)) }
  }
}
