// The stacks that a kernel has counted: per CPU a tree of calls, whose rows come in any order and more than once.
//
// A row stands at its number; its parent is another row of the same CPU. A row whose parent has not come yet, or that
// was announced without its address, waits: its count is not lost, it shows when the rest is there.
import Tracer

/// One stack with what was counted for it.
public struct CountedStack: Sendable, Equatable {
  /// The number of the program in `Session.programs`; 0 for the kernel's own threads.
  public var program: Int
  /// Addresses, outermost first; `StackAddress` says which stand for something else.
  public var frames: [UInt64]
  public var count: UInt64
  /// TSC ticks, for kinds other than `running`.
  public var sum: UInt64
}

struct StackNodes: Sendable {
  private struct Place: Sendable, Equatable {
    /// The parent's row plus one; 0 for a root, whose address is kind and program.
    var parent: UInt32
    var address: UInt64
  }

  private struct Total: Sendable {
    var count: UInt64
    var sum: UInt64
  }

  // By row: what a few bytes of a stream can name must not cost more than a few bytes here. Apart, for places stay as
  // they are: the copies that going back in time needs share them.
  private var places: [UInt32: Place] = [:]
  private var totals: [UInt32: Total] = [:]
  /// Stacks that found no room at all.
  var refused: UInt64 = 0
  /// No kernel has more: a stream that says so is not believed.
  private static let limit = 1 << 20
  private static let depthLimit = 256

  mutating func define(_ row: Int, parent: UInt64, address: UInt64) {
    guard row < Self.limit else { return }
    let place = Place(parent: UInt32(clamping: parent), address: address)
    if places[UInt32(row)] != place { places[UInt32(row)] = place }
  }

  /// Returns what the row's totals were before; nil when nothing had been counted there, or there is no such row.
  @discardableResult
  mutating func count(_ row: Int, _ count: UInt64, sum: UInt64) -> (count: UInt64, sum: UInt64)? {
    guard row < Self.limit else { return (count, sum) }
    let old = totals[UInt32(row)]
    if count > 0 || old != nil { totals[UInt32(row)] = Total(count: count, sum: sum) }
    return old.flatMap { $0.count > 0 ? ($0.count, $0.sum) : nil }
  }

  func stacks(of kind: StackKind) -> [CountedStack] {
    totals.filter { $0.value.count > 0 }.sorted { $0.key < $1.key }.compactMap { row, total in
      stack(row, kind, count: total.count, sum: total.sum)
    }
  }

  /// With other sums than the totals: those of a stretch of time. A row without any is left out.
  func stacks(of kind: StackKind, _ sums: (Int) -> (count: Double, sum: Double)?) -> [CountedStack] {
    totals.keys.sorted().compactMap { row in
      sums(Int(row)).flatMap { stack(row, kind, count: UInt64($0.count.rounded()), sum: UInt64($0.sum.rounded())) }
    }
  }

  private func stack(_ row: UInt32, _ kind: StackKind, count: UInt64, sum: UInt64) -> CountedStack? {
    guard let (root, frames) = path(to: row), root & 15 == kind.rawValue else { return nil }
    return CountedStack(program: Int(clamping: root >> 4), frames: frames, count: count, sum: sum)
  }

  // A stream of lies may have circles: paths end at a depth that no kernel has.
  private func path(to row: UInt32) -> (root: UInt64, frames: [UInt64])? {
    var frames: [UInt64] = []
    var next = row
    while frames.count < Self.depthLimit {
      guard let place = places[next] else { return nil }
      if place.parent == 0 { return (place.address, frames.reversed()) }
      frames.append(place.address)
      next = place.parent - 1
    }
    return nil
  }
}

/// A program whose stacks are counted.
public struct Program: Sendable, Equatable {
  public var name: String
  /// The path it was executed by; of a long one the end.
  public var path: String
  /// Where it was loaded; 0 unless it is position-independent.
  public var base: UInt64
}

extension Session {
  /// The stacks of a kind over all CPUs; equal ones of two CPUs are told twice.
  public func stacks(_ kind: StackKind) -> [CountedStack] {
    stackNodes.sorted { $0.key < $1.key }.flatMap { $0.value.stacks(of: kind) }
  }

  /// Samples of what ran that one CPU has taken.
  public func samples(of cpu: Int) -> UInt64 {
    stackNodes[cpu]?.stacks(of: .running).reduce(0) { $0 &+ $1.count } ?? 0
  }

  /// Stacks that the kernel had no room for.
  public var refusedStacks: UInt64 { stackNodes.values.reduce(0) { $0 &+ $1.refused } }

  mutating func applyStacks(_ reader: inout FrameReader) -> Bool {
    guard let generation = reader.varint(), let cpu = reader.byte(), let refused = reader.varint(),
      let rate = reader.varint()
    else { return false }
    var rows: [StackRow] = []
    var place = 0
    var address: UInt64 = 0
    while !reader.isAtEnd {
      guard let row = StackRow(&reader, place: &place, address: &address) else { return false }
      rows.append(row)
    }
    guard accept(generation: generation) else { return true }
    sampleRate = Int(clamping: rate)
    var nodes = stackNodes.removeValue(forKey: Int(cpu)) ?? StackNodes()
    nodes.refused = refused
    for row in rows {
      if let definition = row.definition {
        nodes.define(row.place, parent: definition.parent, address: definition.address)
      }
      let old = nodes.count(row.place, row.count, sum: row.sum)
      if row.count > 0 { noteStack(cpu: Int(cpu), row: row.place, from: old, to: (row.count, row.sum)) }
    }
    stackNodes[Int(cpu)] = nodes
    return true
  }

  mutating func applyPrograms(_ reader: inout FrameReader) -> Bool {
    var rows: [(Int, Program)] = []
    while !reader.isAtEnd {
      guard let number = reader.varint(), number < 1 << 16, let base = reader.varint(), let name = reader.text(),
        let path = reader.text()
      else { return false }
      rows.append((Int(number), Program(name: name, path: path, base: base)))
    }
    for (number, program) in rows { programs[number] = program }
    return true
  }
}

/// A row of a STACKS frame.
private struct StackRow {
  var place: Int
  var definition: (parent: UInt64, address: UInt64)?
  var count: UInt64
  var sum: UInt64

  init?(_ reader: inout FrameReader, place next: inout Int, address: inout UInt64) {
    guard let head = reader.varint(), head >> 1 < 1 << 32 else { return nil }
    place = next &+ Int(head >> 1)
    next = place &+ 1
    if head & 1 != 0 {
      guard let parent = reader.varint(), let distance = reader.varint() else { return nil }
      address = address &+ (distance >> 1 ^ (distance & 1 == 0 ? 0 : ~0))
      definition = (parent, address)
    }
    guard let count = reader.varint(), let sum = reader.varint() else { return nil }
    self.count = count
    self.sum = sum
  }
}

extension FrameReader {
  /// A length of one byte, then UTF-8.
  fileprivate mutating func text() -> String? {
    guard let length = byte(), let bytes = bytes(Int(length)) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}
