// The functions that a stream speaks of, so that a recording can carry their names without those of a whole kernel.
import Tracer

extension TraceModel {
  /// NAMES frames of the kernel's functions that stacks and lock facts of a session name by address, and of the sites
  /// that holders of locks have; empty when the names are not known.
  public func usedFunctionFrames(of session: Session) -> [UInt8] {
    guard let names = names(of: session), !names.functions.isEmpty else { return [] }
    var addresses = Set<UInt64>()
    var sites = Set(session.lockFacts(.wait).map(\.first) + session.lockFacts(.again).map(\.second))
    sites.formUnion(session.lockFacts(.order).map(\.second))
    for kind in StackKind.allCases {
      for stack in session.stacks(kind) { addresses.formUnion(stack.frames) }
    }
    // A site stands in a stack by its number, marked as no address.
    sites.formUnion(addresses.filter { $0 & StackAddress.truncated != 0 }.map { $0 & 0xffff_ffff })
    addresses.formUnion(sites.compactMap { names.sites[Int(clamping: $0)]?.address })
    // A return address is past its call, which may be the function's last instruction.
    addresses.formUnion(addresses.map { $0 &- 1 })
    addresses.formUnion(session.lockFacts(.wait).map(\.second))
    return names.functionFrames(holding: addresses)
  }
}
