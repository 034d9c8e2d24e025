// An array of plain values for the innermost loops: it has one owner, and only debug builds check an index.
//
// `Array` asks before every change whether anybody shares it, and at every access whether the index is in it; of a loop
// over millions of frames that was half the instructions.

package struct UncheckedArray<Element: BitwiseCopyable>: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<Element>
  @usableFromInline var capacity: Int
  @usableFromInline var filled = 0
  @inlinable package var count: Int { filled }

  @inlinable
  package init(capacity: Int = 64) {
    self.capacity = max(capacity, 1)
    base = .allocate(capacity: self.capacity)
  }

  /// Filled with one value.
  @inlinable
  package init(repeating value: Element, count: Int) {
    self.init(capacity: count)
    base.initialize(repeating: value, count: count)
    filled = count
  }

  deinit { base.deallocate() }

  @inlinable @inline(__always)
  package subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < filled)
      return base[index]
    }
    set {
      assert(index >= 0 && index < filled)
      base[index] = newValue
    }
  }

  @inlinable @inline(__always)
  package mutating func append(_ value: Element) {
    if filled == capacity { grow() }
    (base + filled).initialize(to: value)
    filled &+= 1
  }

  /// The array has an element.
  @inlinable @inline(__always)
  package mutating func removeLast() -> Element {
    assert(filled > 0)
    filled &-= 1
    return base[filled]
  }

  @inlinable package mutating func removeAll() { filled = 0 }

  /// Only until the array is changed.
  @inlinable package var elements: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: base, count: filled) }

  @inlinable @inline(__always)
  package mutating func append(contentsOf elements: UnsafeBufferPointer<Element>) {
    guard let start = elements.baseAddress else { return }
    if capacity &- filled < elements.count { grow(by: elements.count) }
    (base + filled).initialize(from: start, count: elements.count)
    filled &+= elements.count
  }

  /// Appends what `body` writes, which is at most `limit` elements; it returns how many.
  @inlinable @inline(__always)
  package mutating func append(upTo limit: Int, _ body: (UnsafeMutablePointer<Element>) -> Int) {
    if capacity &- filled < limit { grow(by: limit) }
    filled &+= body(base + filled)
    assert(filled <= capacity)
  }

  @inlinable @inline(never)
  mutating func grow(by more: Int = 1) {
    let size = max(capacity * 2, filled + more)
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: size)
    larger.initialize(from: base, count: filled)
    base.deallocate()
    (base, capacity) = (larger, size)
  }
}

extension UncheckedArray<UInt8> {
  @inline(__always)
  mutating func append(contentsOf text: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// A number's decimal digits.
  mutating func append(decimal value: UInt64) {
    var digits = 1
    var power: UInt64 = 10
    while digits < 20, value >= power {
      digits &+= 1
      power = power &* 10
    }
    for _ in 0..<digits { append(0) }
    var rest = value
    var place = count
    repeat {
      place &-= 1
      self[place] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
  }
}
