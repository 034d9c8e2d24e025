// A lock's class: what it protects, its rank and its printed name, declared once in CMachine/probes.h.

import CMachine

/// The class of a lock. A thread takes locks in rising rank only; counters are kept per class and CPU.
public struct LockClass: Equatable, Sendable {
  @usableFromInline let rawValue: UInt32

  @inlinable
  public init(_ declared: apus_lock_class) { rawValue = declared.rawValue }
}
