// Nodes of a tree by parent and symbol: a hash table with open addressing, at most half full, that only grows.
import Tracer

struct SymbolTable: Sendable {
  /// Key and node in turn; the key 0 is a free place.
  private var places: [UInt64] = Array(repeating: 0, count: 2 * 256)
  private var count = 0

  @inline(__always)
  subscript(parent: Int, symbol: Symbol) -> Int? {
    let key = Self.key(parent, symbol)
    return places.withUnsafeBufferPointer { places in
      var place = Self.place(key, places.count)
      while places[place] != 0 {
        if places[place] == key { return Int(places[place &+ 1]) }
        place = (place &+ 2) & (places.count &- 1)
      }
      return nil
    }
  }

  /// The pair must not be there yet.
  mutating func insert(_ parent: Int, _ symbol: Symbol, _ node: Int) {
    if (count + 1) * 4 > places.count { grow() }
    put(Self.key(parent, symbol), UInt64(node))
    count += 1
  }

  private mutating func grow() {
    let old = places
    places = Array(repeating: 0, count: old.count * 2)
    for place in stride(from: 0, to: old.count, by: 2) where old[place] != 0 { put(old[place], old[place + 1]) }
  }

  private mutating func put(_ key: UInt64, _ node: UInt64) {
    var place = Self.place(key, places.count)
    while places[place] != 0 { place = (place + 2) & (places.count - 1) }
    places[place] = key
    places[place + 1] = node
  }

  // Symbols are never 0, so neither is a key.
  @inline(__always)
  private static func key(_ parent: Int, _ symbol: Symbol) -> UInt64 {
    UInt64(truncatingIfNeeded: parent) &<< 16 | UInt64(symbol.rawValue)
  }

  @inline(__always)
  private static func place(_ key: UInt64, _ count: Int) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) &>> 32) &* 2 & (count &- 1)
  }
}
