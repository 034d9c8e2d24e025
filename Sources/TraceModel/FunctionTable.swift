// The functions of a program by address, to give a stack its names.

/// Functions sorted by where they begin.
public struct FunctionTable: Sendable, Equatable {
  public typealias Row = (address: UInt64, size: UInt64, name: String)

  private var starts: [UInt64] = []
  private var ends: [UInt64] = []
  private var names: [String] = []

  public init() {}

  /// Of two functions at one address the first stays; a size of 0 reaches to the next function.
  public init(_ functions: [Row]) {
    for function in functions.sorted(by: { $0.address < $1.address }) {
      guard starts.last != function.address else { continue }
      starts.append(function.address)
      ends.append(function.size == 0 ? 0 : function.address &+ function.size)
      names.append(function.name)
    }
    for index in ends.indices where ends[index] == 0 {
      ends[index] = index + 1 < starts.count ? starts[index + 1] : starts[index] &+ 4096
    }
  }

  public var isEmpty: Bool { starts.isEmpty }
  public var count: Int { starts.count }

  /// The function that holds an address: its name and where it begins.
  public func function(at address: UInt64) -> (name: String, start: UInt64)? {
    index(at: address).map { (names[$0], starts[$0]) }
  }

  /// All functions, or those that hold one of `addresses`.
  public func rows(holding addresses: Set<UInt64>? = nil) -> [Row] {
    let wanted = addresses.map { Set($0.compactMap(index)) }
    return starts.indices.filter { wanted?.contains($0) ?? true }.map {
      (starts[$0], ends[$0] - starts[$0], names[$0])
    }
  }

  private func index(at address: UInt64) -> Int? {
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= address { low = middle + 1 } else { high = middle }
    }
    return low > 0 && address < ends[low - 1] ? low - 1 : nil
  }
}
