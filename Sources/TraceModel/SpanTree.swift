// System calls and spans as a tree: thread name, system call, nested spans, with the time of each.
//
// The stream says when each ended and how long it took; what was inside what follows from the times. Time is the
// CPU's: what a thread spent switched out is kept apart, and self time is a node's own without its children.
import Tracer

public struct SpanTree: Sendable {
  /// What a node stands for.
  public enum Label: Hashable, Sendable {
    case thread(String)
    case systemCall(Int)
    case span(Int)
  }

  /// Sums over all occurrences at one place of the tree. Times in ticks.
  public struct Node: Sendable {
    public var label: Label
    /// Index of the enclosing node; nil for a thread.
    public var parent: Int?
    public var count: UInt64 = 0
    public var selfOnCPU: UInt64 = 0
    public var offCPU: UInt64 = 0
    /// Occurrences that were switched out.
    public var timesOffCPU: UInt64 = 0
  }

  /// Parents stand before their children.
  public private(set) var nodes: [Node] = []
  private var children: [ChildKey: Int] = [:]
  /// The same for events whose symbol is the label: found without hashing a label.
  private var childrenBySymbol = SymbolTable()

  private struct ChildKey: Hashable, Sendable {
    var parent: Int
    var label: Label
  }

  public init() {}

  /// The labels from the thread down to a node.
  public func path(to index: Int) -> [Label] {
    var labels: [Label] = []
    var next: Int? = index
    while let node = next {
      labels.append(nodes[node].label)
      next = nodes[node].parent
    }
    return labels.reversed()
  }

  mutating func child(of parent: Int?, _ label: Label) -> Int {
    let key = ChildKey(parent: parent ?? -1, label: label)
    if let index = children[key] { return index }
    nodes.append(Node(label: label, parent: parent))
    children[key] = nodes.count - 1
    return nodes.count - 1
  }

  /// The child that an event belongs to.
  @inline(__always)
  mutating func child(of parent: Int, _ event: TraceEvent) -> Int {
    if let index = childrenBySymbol[parent, event.symbol] { return index }
    return newChild(of: parent, event)
  }

  @inline(never)
  private mutating func newChild(of parent: Int, _ event: TraceEvent) -> Int {
    let index = child(of: parent, Label(event))
    if event.symbol != .otherSystemCall { childrenBySymbol.insert(parent, event.symbol, index) }
    return index
  }

  @inline(__always)
  mutating func add(to index: Int, selfOnCPU: UInt64, offCPU: UInt64) {
    nodes[index].add(selfOnCPU: selfOnCPU, offCPU: offCPU)
  }
}

extension SpanTree.Node {
  @inline(__always)
  fileprivate mutating func add(selfOnCPU: UInt64, offCPU: UInt64) {
    count &+= 1
    self.selfOnCPU &+= selfOnCPU
    self.offCPU &+= offCPU
    timesOffCPU &+= offCPU == 0 ? 0 : 1
  }
}

extension SpanTree.Label {
  package init(_ event: TraceEvent) {
    if event.symbol.isSpan {
      self = .span(Int(event.symbol.rawValue))
    } else if event.symbol == .otherSystemCall {
      self = .systemCall(Int(clamping: event.argument))
    } else {
      self = .systemCall(Int(event.symbol.rawValue) - 512)
    }
  }
}
