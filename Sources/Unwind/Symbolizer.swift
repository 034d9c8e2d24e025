// Names of addresses in a kernel or a program that may have been moved when it was loaded. Immutable: may be shared.
import TraceModel

public struct Symbolizer: Sendable {
  /// By address in the file.
  public let functions: FunctionTable
  /// Address in memory less address in the file.
  public let slide: UInt64

  public init(_ symbols: [FunctionSymbol], slide: UInt64 = 0) {
    functions = FunctionTable(Self.preferred(symbols).map { ($0.address, $0.size, $0.name) })
    self.slide = slide
  }

  /// Where the function at an address in memory begins, in memory; nil when none is there.
  public func start(of address: UInt64) -> UInt64? {
    functions.function(at: address &- slide).map { $0.start &+ slide }
  }

  // Of several names of one address: one with a size, then one without a leading underscore, then the first in the
  // alphabet, so that it is the same each time.
  private static func preferred(_ symbols: [FunctionSymbol]) -> [FunctionSymbol] {
    let sorted = symbols.sorted { one, other in
      if one.address != other.address { return one.address < other.address }
      if (one.size > 0) != (other.size > 0) { return one.size > 0 }
      let (first, second) = (one.name.hasPrefix("_"), other.name.hasPrefix("_"))
      return first != second ? second : one.name < other.name
    }
    var kept: [FunctionSymbol] = []
    for symbol in sorted where kept.last?.address != symbol.address { kept.append(symbol) }
    return kept
  }
}
