// Which functions the compiler has put into others, by address: from a file's debug information, through libdw.
//
// Read once, as a whole; then immutable, so that it may be shared. A file without debug information, or a machine
// without libdw, has none: then no address has an inlined function.

import CDwarf
import Glibc

public struct InlinedFunctions: Sendable {
  /// One stretch of code of one inlined function.
  private struct Stretch: Sendable {
    var start: UInt64
    var end: UInt64
    /// How many inlined functions it lies in.
    var depth: UInt16
    var name: Int32
  }

  /// By start; of one start the outer first.
  private var stretches: [Stretch] = []
  /// The largest end of a stretch and of all before it: where looking back may stop.
  private var reach: [UInt64] = []
  private var names: [String] = []

  public init() {}

  public init(path: String) {
    guard let library = DwarfLibrary.shared else { return }
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    guard let session = library.begin(file, DWARF_C_READ) else { return }
    defer { _ = library.end(session) }
    var reader = Reader(library: library)
    reader.readUnits(session)
    stretches = reader.stretches.sorted { ($0.start, $0.depth) < ($1.start, $1.depth) }
    names = reader.names
    var end: UInt64 = 0
    reach = stretches.map { stretch in
      end = max(end, stretch.end)
      return end
    }
  }

  public var isEmpty: Bool { stretches.isEmpty }

  /// The linker's names of the functions that are inlined at an address, the outermost first.
  public func names(at address: UInt64) -> [String] {
    var (low, high) = (0, stretches.count)
    while low < high {
      let middle = (low + high) / 2
      if stretches[middle].start <= address { low = middle + 1 } else { high = middle }
    }
    var found: [Stretch] = []
    while low > 0, reach[low - 1] > address {
      low -= 1
      if stretches[low].end > address { found.append(stretches[low]) }
    }
    return found.sorted { $0.depth < $1.depth }.map { names[Int($0.name)] }
  }

  /// Walks the entries of all units.
  private struct Reader {
    let library: DwarfLibrary
    var stretches: [Stretch] = []
    var names: [String] = []
    private var numbers: [UnsafePointer<CChar>: Int32] = [:]

    init(library: DwarfLibrary) { self.library = library }

    mutating func readUnits(_ session: OpaquePointer) {
      var (offset, next, header): (Dwarf_Off, Dwarf_Off, Int) = (0, 0, 0)
      while library.nextUnit(session, offset, &next, &header, nil, nil, nil) == 0 {
        var unit = Dwarf_Die()
        if library.entry(session, offset + Dwarf_Off(header), &unit) != nil {
          readChildren(of: &unit, depth: 0, level: 0)
        }
        guard next > offset else { return }
        offset = next
      }
    }

    // What is nested deeper than any compiler does is not followed.
    private mutating func readChildren(of parent: inout Dwarf_Die, depth: UInt16, level: Int) {
      var entry = Dwarf_Die()
      guard level < 200, library.child(&parent, &entry) == 0 else { return }
      repeat {
        switch Int(library.tag(&entry)) {
        case DW_TAG_inlined_subroutine:
          addStretches(of: &entry, depth: depth)
          readChildren(of: &entry, depth: depth + 1, level: level + 1)
        case DW_TAG_subprogram: readChildren(of: &entry, depth: 0, level: level + 1)
        case DW_TAG_lexical_block, DW_TAG_namespace, DW_TAG_module, DW_TAG_structure_type, DW_TAG_class_type,
          DW_TAG_enumeration_type, DW_TAG_variant_part, DW_TAG_variant:
          readChildren(of: &entry, depth: depth, level: level + 1)
        default: break
        }
      } while moveToSibling(&entry)
    }

    private func moveToSibling(_ entry: inout Dwarf_Die) -> Bool {
      withUnsafeMutablePointer(to: &entry) { library.sibling($0, $0) == 0 }
    }

    private mutating func addStretches(of entry: inout Dwarf_Die, depth: UInt16) {
      guard let name = name(of: &entry) else { return }
      var (offset, base, start, end): (Int, Dwarf_Addr, Dwarf_Addr, Dwarf_Addr) = (0, 0, 0, 0)
      while true {
        offset = library.ranges(&entry, offset, &base, &start, &end)
        guard offset > 0 else { return }
        if start < end { stretches.append(Stretch(start: start, end: end, depth: depth, name: name)) }
      }
    }

    private mutating func name(of entry: inout Dwarf_Die) -> Int32? {
      var attribute = Dwarf_Attribute()
      for kind in [DW_AT_linkage_name, DW_AT_name] {
        guard library.attribute(&entry, CUnsignedInt(kind), &attribute) != nil, let text = library.string(&attribute)
        else { continue }
        if let number = numbers[text] { return number }
        numbers[text] = Int32(names.count)
        names.append(String(cString: text))
        return numbers[text]
      }
      return nil
    }
  }
}
