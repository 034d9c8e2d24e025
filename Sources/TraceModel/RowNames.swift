// The rows of counts and records by the names that people give them: system calls, spans, classes of locks.
import Tracer

extension NameTable {
  /// The row of `name`: a system call, a span or a class of locks, in this order; `span:` or `lock:` before it chooses.
  /// Nil when there is none.
  public func row(named name: String) -> Int? {
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2 {
      let rest = String(parts[1])
      switch parts[0] {
      case "syscall": return Self.systemCall(rest)
      case "span": return span(rest)
      case "lock": return lock(rest)
      default: return nil
      }
    }
    return Self.systemCall(name) ?? span(name) ?? lock(name)
  }

  private static func systemCall(_ name: String) -> Int? {
    (0..<RowIndex.other).first { TraceModel.systemCallName($0) == name } ?? (name == "other" ? RowIndex.other : nil)
  }

  private func span(_ name: String) -> Int? {
    spans.first { $0.value == name }.map { RowIndex.other + $0.key }
  }

  private func lock(_ name: String) -> Int? {
    locks.first { $0.value == name }.map { RowIndex.lockWait(0) + $0.key }
  }
}
