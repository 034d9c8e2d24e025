// The order in which lock classes are taken inside each other: a graph over all of them, with its circles.
//
// An edge says that a lock of the inner class was taken while one of the outer class was the last taken and held, in the
// same context. Two threads that go around a circle from different places may wait for each other forever. A class
// inside itself is no circle: instances may have an order of their own, such as parent before child.
import Tracer

public struct LockOrder: Sendable {
  public struct Edge: Sendable, Equatable {
    public var outer: Int
    public var inner: Int
    public var count: UInt64
    /// Where the inner lock was taken, by the number of the site, most often first; 0 is unknown.
    public var places: [Place]
  }

  public struct Place: Sendable, Equatable {
    public var site: Int
    public var count: UInt64
  }

  /// By outer and inner class.
  public let edges: [Edge]
  /// Classes that have edges: each before those that are taken inside it, as far as circles leave an order.
  public let classes: [Int]
  /// Classes that lead back to themselves through others, a circle each, in the order of the edges.
  public let circles: [[Int]]

  public init(_ facts: [LockFact]) {
    edges = Self.edges(of: facts)
    var search = CircleSearch(Dictionary(grouping: edges, by: \.outer).mapValues { $0.map(\.inner) })
    search.run()
    classes = search.order
    circles = search.circles
  }

  public func edge(_ outer: Int, _ inner: Int) -> Edge? { edges.first { $0.outer == outer && $0.inner == inner } }

  /// Whether an edge is part of a circle.
  public func isCircular(_ edge: Edge) -> Bool {
    edge.outer != edge.inner && circles.contains { $0.contains(edge.outer) && $0.contains(edge.inner) }
  }

  private static func edges(of facts: [LockFact]) -> [Edge] {
    Dictionary(grouping: facts) { [Int(clamping: $0.first), $0.lockClass] }.map { key, facts in
      Edge(
        outer: key[0], inner: key[1], count: facts.reduce(0) { $0 &+ $1.count },
        places: facts.map { Place(site: Int(clamping: $0.second), count: $0.count) }.sorted {
          ($1.count, $0.site) < ($0.count, $1.site)
        })
    }
    .sorted { ($0.outer, $0.inner) < ($1.outer, $1.inner) }
  }
}

/// Tarjan's search for strongly connected parts, which come out innermost first.
private struct CircleSearch {
  private let inner: [Int: [Int]]
  private var index: [Int: Int] = [:]
  private var low: [Int: Int] = [:]
  private var stack: [Int] = []
  private(set) var order: [Int] = []
  private(set) var circles: [[Int]] = []

  init(_ inner: [Int: [Int]]) { self.inner = inner }

  // There are 256 classes at most, so depth is no matter.
  mutating func run() {
    for node in inner.keys.sorted().reversed() where index[node] == nil { visit(node) }
    order.reverse()
    circles.sort { $0[0] < $1[0] }
  }

  private mutating func visit(_ node: Int) {
    index[node] = index.count
    var lowest = index.count - 1
    stack.append(node)
    for next in (inner[node] ?? []).reversed() {
      if index[next] == nil {
        visit(next)
        lowest = min(lowest, low[next] ?? lowest)
      } else if stack.contains(next) {
        lowest = min(lowest, index[next] ?? lowest)
      }
    }
    low[node] = lowest
    if lowest == index[node] { takePart(of: node) }
  }

  private mutating func takePart(of node: Int) {
    guard let start = stack.firstIndex(of: node) else { return }
    let part = Array(stack[start...])
    stack.removeSubrange(start...)
    order += part.sorted(by: >)
    if part.count > 1 { circles.append(walk(part)) }
  }

  // A way from the smallest class around and back to it: the shortest circle that it is on.
  private func walk(_ part: [Int]) -> [Int] {
    let start = part.min() ?? 0
    var previous: [Int: Int] = [:]
    var queue = [start]
    while !queue.isEmpty {
      let node = queue.removeFirst()
      for next in inner[node] ?? [] where part.contains(next) {
        if next == start { return way(to: node, from: start, previous) }
        if previous[next] == nil && next != start {
          previous[next] = node
          queue.append(next)
        }
      }
    }
    return part.sorted()
  }

  private func way(to end: Int, from start: Int, _ previous: [Int: Int]) -> [Int] {
    var way = [end]
    while let node = way.last, node != start, let before = previous[node] { way.append(before) }
    return way.reversed()
  }
}

extension Session {
  /// The order of locks, since the key `locks` was on.
  public var lockOrder: LockOrder { LockOrder(lockFacts(.order)) }
}
