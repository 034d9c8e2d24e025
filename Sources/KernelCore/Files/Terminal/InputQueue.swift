// What was typed and not yet read: a ring of cells, a byte and its role each.
//
// [head, committed) may be read; [committed, tail) is the line being edited (empty in raw mode, where every byte is
// committed at once). Guarded by the terminal's lock.

import LinuxABI

struct InputQueue {
  /// A typed byte. A line end delimits a canonical read; the end-of-file mark does so without being a byte itself.
  struct Cell {
    static let lineEnd: UInt16 = 0x100
    static let endOfFile: UInt16 = 0x200
    var rawValue: UInt16

    var byte: UInt8 { UInt8(truncatingIfNeeded: rawValue) }
    var isLineEnd: Bool { rawValue & Self.lineEnd != 0 }
    var isEndOfFile: Bool { rawValue & Self.endOfFile != 0 }
  }

  static let capacity = 4096
  private let cells: UnsafeMutablePointer<Cell>
  private(set) var head = 0
  private(set) var committed = 0
  private(set) var tail = 0

  /// - Throws: ENOMEM.
  init() throws(Errno) {
    cells = try RawMemory.allocate(Cell.self, count: Self.capacity)
    cells.initialize(repeating: Cell(rawValue: 0), count: Self.capacity)
  }

  func free() { RawMemory.free(cells) }

  var readableCount: Int { committed - head }
  var editCount: Int { tail - committed }
  var isFull: Bool { tail - head >= Self.capacity }
  /// Room for one more cell and the line's end.
  var isNearlyFull: Bool { tail - head >= Self.capacity - 2 }

  subscript(position: Int) -> Cell { cells[position & (Self.capacity - 1)] }

  /// Adds to the line being edited. Returns false when there is no room; the last cell is kept for a line's end.
  mutating func append(_ value: UInt16) -> Bool {
    let room = value & (Cell.lineEnd | Cell.endOfFile) != 0 ? Self.capacity : Self.capacity - 1
    guard tail - head < room else { return false }
    cells[tail & (Self.capacity - 1)] = Cell(rawValue: value)
    tail += 1
    return true
  }

  /// Takes the last byte of the edited line back.
  mutating func eraseLast() { tail -= 1 }

  /// Makes all that was typed readable.
  mutating func commit() { committed = tail }

  mutating func flush() { (head, committed) = (tail, tail) }

  /// The next readable cell.
  mutating func take() -> Cell? {
    guard head < committed else { return nil }
    head += 1
    return self[head - 1]
  }

  func peek() -> Cell? { head < committed ? self[head] : nil }
}
