// The rules by which findings are found. Each looks at counted facts and at the tree of spans, never at single events,
// and asks for enough calls to be sure; docs/findings.md says what each takes for normal.
//
// What costs little beside the call it is in is not worth a finding: rules about locks look at calls that take few.
import LinuxABI
import Tracer

extension TraceModel {
  /// All findings of a boot, the largest saving first. About one system call there is one: what else was seen of it
  /// stands in the evidence.
  public func findings(of session: Session) -> [Finding] {
    let rules = FindingRules(model: self, session: session)
    let all =
      rules.lockCircles() + rules.globalLocks() + rules.locksForNothing() + rules.needlessInterruptLocks()
      + rules.locksTwice()
      + rules.logging() + rules.untouchedMemory() + rules.slowerThanBefore()
    var byPlace: [String: Finding] = [:]
    var order: [String] = []
    for finding in all {
      if byPlace[finding.place] == nil { order.append(finding.place) }
      byPlace[finding.place, default: finding].absorb(finding)
    }
    return order.compactMap { byPlace[$0] }.sorted { $0.total > $1.total }
  }
}

extension Finding {
  fileprivate var total: UInt64 { (savedPerCall ?? 0).multipliedReportingOverflow(by: calls).partialValue }

  fileprivate mutating func absorb(_ other: Finding) {
    guard other.kind != kind || other.title != title else { return }
    evidence.append("also: " + other.title)
    if let more = other.savedPerCall { savedPerCall = (savedPerCall ?? 0) + more }
  }
}

struct FindingRules {
  let model: TraceModel
  let session: Session
  /// Acquisitions by system call and class.
  let calls: [Int: [LockFact]]

  /// Fewer calls prove nothing.
  static let enough: UInt64 = 100
  /// Instructions of taking and releasing a lock that is free, as measured on Apus (docs/findings.md).
  static let lockCost: UInt64 = 14
  /// Classes whose locks are taken as often as memory is needed.
  private static let allocators: Set<String> = ["kernel_heap", "frame_allocator"]
  /// Calls that create, end or rearrange processes: what they change is shared by all.
  static let structural: Set<SyscallNumber> = [
    .clone, .clone3, .fork, .vfork, .execve, .execveat, .exit, .exit_group, .kill, .tkill, .tgkill, .setpgid, .setsid,
    .mount, .umount2,
  ]

  init(model: TraceModel, session: Session) {
    self.model = model
    self.session = session
    calls = Dictionary(grouping: session.lockFacts(.call).filter { $0.first < UInt64(RowIndex.other) }) {
      Int($0.first)
    }
  }

  // MARK: Parts of rules

  func eachCall(_ body: (Int, UInt64) -> [Finding]) -> [Finding] {
    calls.keys.sorted().flatMap { row -> [Finding] in
      let made = session.systemCalls[row]?.count ?? 0
      return made >= Self.enough ? body(row, made) : []
    }
  }

  /// The classes that a system call takes, with how often.
  func classes(of row: Int) -> [(lockClass: Int, count: UInt64)] {
    Dictionary(grouping: calls[row] ?? [], by: \.lockClass).map { ($0, $1.reduce(0) { $0 + $1.count }) }
      .sorted { $0.0 < $1.0 }
  }

  // As the kernel says; of one that says nothing, a class of which one lock has been seen.
  func isGlobal(_ lockClass: Int) -> Bool {
    if let traits = model.names(of: session)?.lockTraits, !traits.isEmpty { return (traits[lockClass] ?? 0) & 2 != 0 }
    return session.lockFacts(.instance).count { $0.lockClass == lockClass } == 1
  }

  func isAllocator(_ lockClass: Int) -> Bool { Self.allocators.contains(name(lockClass)) }

  func name(_ lockClass: Int) -> String {
    model.names(of: session)?.locks[lockClass] ?? "lock_\(lockClass)"
  }

  func call(_ row: Int) -> String { TraceModel.systemCallName(row) }

  func systemCall(around node: SpanTree.Node) -> Int? {
    var next = node.parent
    while let index = next {
      if case .systemCall(let row) = session.tree.nodes[index].label { return row }
      next = session.tree.nodes[index].parent
    }
    return nil
  }

  static func ratio(_ count: UInt64, _ calls: UInt64) -> String { tenths(Double(count) / Double(calls)) }

  static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
