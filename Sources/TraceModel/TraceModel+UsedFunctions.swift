// The code that a stream speaks of, so that a recording can carry its names without those of a whole kernel.
import Tracer

extension TraceModel {
  /// NAMES frames of the functions that stacks and lock facts of a session name by address, of what is inlined there,
  /// of how the innermost callers are found, and of the sites that holders of locks have; empty when the names are not
  /// known. Without asking files, of functions only what is known without them.
  public func usedFunctionFrames(of session: Session, asksFiles: Bool = true) -> [UInt8] {
    guard let names = names(of: session) else { return [] }
    var used = UsedCode()
    var sites = Set(session.lockFacts(.wait).map(\.first) + session.lockFacts(.again).map(\.second))
    sites.formUnion(session.lockFacts(.order).map(\.second))
    let code = code(of: session, asksFiles: asksFiles)
    var resolver = StackResolver(code)
    for kind in StackKind.allCases {
      for stack in session.stacks(kind) {
        for step in resolver.steps(of: stack, kind) {
          if case .place(let place) = step { used.add(place, session) }
          if case .holder(let site) = step { sites.insert(UInt64(site)) }
        }
      }
    }
    for (place, rule) in resolver.rules { used.add(rule, at: place, session) }
    for site in sites { if let site = names.sites[Int(clamping: site)] { used.kernel.addresses.insert(site.address) } }
    // Who waited, and who did not, is told by return addresses.
    let waiters = session.lockFacts(.wait) + session.lockFacts(.failedTry)
    used.kernel.addresses.formUnion(waiters.map { $0.second &- 1 })
    let programs = used.programs.compactMap { number, addresses in
      session.programs[number].flatMap { program in
        code.programs[number].map { (path: program.path, names: $0.names, used: addresses) }
      }
    }
    return names.codeFrames(
      code.kernel ?? names.code, kernel: used.kernel, programs: programs.sorted { $0.path < $1.path })
  }
}

/// Addresses of files that are spoken of.
private struct UsedCode {
  var kernel = UsedAddresses()
  /// By number.
  var programs: [Int: UsedAddresses] = [:]

  mutating func add(_ place: CodePlace, _ session: Session) {
    let address = place.isReturn ? place.address &- 1 : place.address
    change(place, session) { $0.addresses.insert(address &- $1) }
  }

  mutating func add(_ rule: CodeRule, at place: CodePlace, _ session: Session) {
    change(place, session) { $0.rules[place.address &- $1] = rule }
  }

  // With where the file lies in memory.
  private mutating func change(
    _ place: CodePlace, _ session: Session, _ body: (inout UsedAddresses, UInt64) -> Void
  ) {
    guard let program = place.program else { return body(&kernel, 0) }
    body(&programs[program, default: UsedAddresses()], session.programs[program]?.base ?? 0)
  }
}

struct UsedAddresses {
  /// Whose functions are named.
  var addresses: Set<UInt64> = []
  var rules: [UInt64: CodeRule] = [:]
}
