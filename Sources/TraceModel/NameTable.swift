// The names of one kernel build: keys, spans and lock classes, which the stream knows by number only.

public struct NameTable: Sendable, Equatable {
  public var buildID: [UInt8]
  public var keys: [Int: String] = [:]
  public var spans: [Int: String] = [:]
  public var locks: [Int: String] = [:]
  /// The rank of a lock class: a thread may take a lock only of a higher rank than those it holds.
  public var lockRanks: [Int: Int] = [:]

  /// What a kernel says of its lock classes: bit 0, interrupts take it; bit 1, there is one for the whole kernel.
  public var lockTraits: [Int: Int] = [:]
  /// Where locks are taken: address in the code and class, by the number that the stream has.
  public var sites: [Int: LockSite] = [:]
  /// The kernel's code.
  public var code = CodeNames()
  /// That of programs, as far as a recording has kept it.
  public var programs = ProgramFiles()
  public var functions: FunctionTable {
    get { code.functions }
    set { code.functions = newValue }
  }

  public init(buildID: [UInt8]) { self.buildID = buildID }

  /// A place in the code where a lock is taken.
  public struct LockSite: Sendable, Equatable {
    public var address: UInt64
    public var lockClass: Int
  }

  /// The function that holds an address, in short.
  public func function(at address: UInt64) -> String? {
    functions.function(at: address).map { SwiftName.short($0.name) }
  }

  /// Where a lock was taken: the function, or what is known of the site.
  public func site(_ number: Int) -> String {
    guard let site = sites[number] else { return number == 0 ? "?" : "site_\(number)" }
    return function(at: site.address) ?? "0x" + String(site.address, radix: 16)
  }

  /// Kinds of rows, in the ELF section and in NAMES frames.
  public enum Kind: UInt8, Sendable {
    case key = 1
    case span, lock
    /// The rank's place holds bits: 1 interrupts take it, 2 there is one for the whole kernel.
    case lockTraits = 5
  }

  public mutating func add(kind: Kind, id: Int, rank: Int, name: String) {
    switch kind {
    case .key: keys[id] = name
    case .span: spans[id] = name
    case .lock:
      locks[id] = name
      lockRanks[id] = rank
    case .lockTraits: lockTraits[id] = rank
    }
  }

  /// All rows, by kind and number.
  public var rows: [(kind: Kind, id: Int, rank: Int, name: String)] {
    keys.sorted { $0.key < $1.key }.map { (.key, $0.key, 0, $0.value) }
      + spans.sorted { $0.key < $1.key }.map { (.span, $0.key, 0, $0.value) }
      + locks.sorted { $0.key < $1.key }.map { (.lock, $0.key, lockRanks[$0.key] ?? 0, $0.value) }
      + lockTraits.sorted { $0.key < $1.key }.map { (.lockTraits, $0.key, $0.value, "") }
  }

  public static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }
}
