// What a guest said of its own end, on QEMU's debug console: a line a fact.
//
// `exit N` · `signal N` · `poweroff` · `panic MESSAGE` · `at ADDRESS` (a stack of the panic) · `ticks N`.

public struct GuestReport: Sendable, Equatable {
  public enum End: Sendable, Equatable {
    case exited(Int32)
    case signaled(Int32)
    case poweredOff
    case panicked(String)
    /// Nothing was said: killed, reset, or another kernel.
    case unknown
  }

  public var end = End.unknown
  /// Return addresses of a panic, innermost first.
  public var stack: [UInt64] = []
  /// TSC ticks from exec to exit, idle time left out; under `-icount` one tick is one instruction.
  public var ticks: UInt64?

  /// Reads the lines; unknown ones are skipped.
  public init(parsing text: String) {
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      let rest = parts.count > 1 ? String(parts[1]) : ""
      switch parts.first {
      case "exit": end = .exited(Int32(rest) ?? 0)
      case "signal": end = .signaled(Int32(rest) ?? 0)
      case "poweroff": end = .poweredOff
      case "panic": end = .panicked(rest)
      case "at": if let address = UInt64(rest.dropFirst(2), radix: 16) { stack.append(address) }
      case "ticks": ticks = UInt64(rest)
      default: break
      }
    }
  }
}
