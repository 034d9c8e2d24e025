// Stacks, added up in a tree of calls: a node is a return address under its caller's node, so that a stack seen again
// is a count and no more.
//
// A node is a row of the CPU's stack table: the first word of its key is the parent's row plus one, the second the
// address. Under no parent stand the roots: kind of stack in bits 0…3, number of the program above. When the table is
// full, a stack counts for the deepest of its nodes that found room; every stack is counted once.
import CMachine

/// The kinds of stacks; the numbers are the wire's.
public enum StackKind: UInt64, Sendable, CaseIterable {
  /// What ran when the timer looked. The count is of samples.
  case running = 1
  /// Where a thread slept. The sum is TSC ticks off the CPU.
  case sleeping = 2
  /// Who woke a thread, under the program of the one that slept. The sum is TSC ticks it had slept.
  case waking = 3
  /// Who waited for a lock, under the site of the one that held it. The sum is TSC ticks of waiting.
  case lockWait = 4
}

/// Addresses of a stack that stand for something else.
public enum StackAddress {
  /// A lock's site, in a stack of the kind `lockWait`.
  public static func site(_ id: UInt32) -> UInt64 { 1 << 62 | UInt64(id) }
  /// Frames inside this one, up to the kernel's, are of this program and not of the stack's own: who woke it.
  public static func program(_ number: UInt32) -> UInt64 { 1 << 62 | 1 << 40 | UInt64(number) }
  /// The stack went on, and was not followed.
  public static var truncated: UInt64 { 1 << 62 }
  /// A word from the top of the stack that may be the return address which an interrupted function has not framed yet:
  /// the address with this bit. It stands between the interrupted address and its caller's.
  public static var candidate: UInt64 { 1 << 61 }
  /// Of a candidate: it lay one word below the top.
  public static var second: UInt64 { 1 << 60 }
  /// Of a candidate: it says where the frame pointer of the interrupted function points, and that no chain of frame
  /// pointers follows: the candidates before it are all that is known of the callers.
  public static var framePointer: UInt64 { 1 << 59 }

  /// A word that lay `index` words below the top of an interrupted stack, less than 1024.
  public static func candidate(_ address: UInt64, at index: Int) -> UInt64 {
    candidate | UInt64(truncatingIfNeeded: index & 1023) << 48 | address & 0xffff_ffff_ffff
  }

  /// `index` is nil when it points elsewhere.
  public static func framePointer(at index: Int?) -> UInt64 {
    candidate | framePointer | UInt64(truncatingIfNeeded: index.map { $0 &+ 1 } ?? 0)
  }

  /// A candidate, taken apart.
  public enum Candidate {
    case returnAddress(UInt64, place: Int)
    case framePointer(Int?)

    public init?(_ word: UInt64) {
      guard word >> 63 == 0, word & (candidate | truncated) == candidate else { return nil }
      if word & StackAddress.framePointer != 0 {
        let index = Int(truncatingIfNeeded: word & 0xffff_ffff)
        self = .framePointer(index == 0 ? nil : index - 1)
      } else {
        let place = word & second != 0 ? 1 : Int(truncatingIfNeeded: word >> 48 & 1023)
        self = .returnAddress(word & 0xffff_ffff_ffff, place: place)
      }
    }
  }
}

extension CPUTrace {
  /// Most addresses of one stack.
  public static var stackLimit: Int { 128 }

  /// Counts a stack. `frames` are addresses, innermost first. Interrupts are off.
  public func addStack(
    _ kind: StackKind, program: UInt32, _ frames: UnsafePointer<UInt64>, count: Int, amount: UInt64
  ) {
    let table = area.pointee.stacks
    guard var node = table.row(0, kind.rawValue | UInt64(program) << 4) else { return }
    var index = count
    while index > 0, let next = table.row(UInt64(truncatingIfNeeded: node &+ 1), frames[index &- 1]) {
      node = next
      index &-= 1
    }
    table.add(to: node, amount: amount)
  }
}
