// The functions of libdw that are used, loaded at run time. Nil when this machine has no libdw.
//
// The only place that turns symbols into functions: their types are those of <elfutils/libdw.h>.

import CDwarf
import Glibc

struct DwarfLibrary: @unchecked Sendable {
  typealias DIE = UnsafeMutablePointer<Dwarf_Die>

  let begin: @convention(c) (CInt, Dwarf_Cmd) -> OpaquePointer?
  let end: @convention(c) (OpaquePointer) -> CInt
  let nextUnit:
    @convention(c) (
      OpaquePointer, Dwarf_Off, UnsafeMutablePointer<Dwarf_Off>, UnsafeMutablePointer<Int>,
      UnsafeMutablePointer<Dwarf_Off>?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?
    ) -> CInt
  let entry: @convention(c) (OpaquePointer, Dwarf_Off, DIE) -> DIE?
  let child: @convention(c) (DIE, DIE) -> CInt
  let sibling: @convention(c) (DIE, DIE) -> CInt
  let tag: @convention(c) (DIE) -> CInt
  let ranges:
    @convention(c) (
      DIE, Int, UnsafeMutablePointer<Dwarf_Addr>, UnsafeMutablePointer<Dwarf_Addr>, UnsafeMutablePointer<Dwarf_Addr>
    ) -> Int
  /// An attribute of the entry, or of the one that it is a copy of.
  let attribute: @convention(c) (DIE, CUnsignedInt, UnsafeMutablePointer<Dwarf_Attribute>) -> UnsafeMutableRawPointer?
  let string: @convention(c) (UnsafeMutablePointer<Dwarf_Attribute>) -> UnsafePointer<CChar>?

  static let shared = DwarfLibrary()

  private init?() {
    guard let library = dlopen("libdw.so.1", RTLD_NOW | RTLD_LOCAL) else { return nil }
    func find<Function>(_ name: String) -> Function? {
      dlsym(library, name).map { unsafeBitCast($0, to: Function.self) }
    }
    guard let begin: @convention(c) (CInt, Dwarf_Cmd) -> OpaquePointer? = find("dwarf_begin"),
      let end: @convention(c) (OpaquePointer) -> CInt = find("dwarf_end"),
      let child: @convention(c) (DIE, DIE) -> CInt = find("dwarf_child"),
      let sibling: @convention(c) (DIE, DIE) -> CInt = find("dwarf_siblingof"),
      let tag: @convention(c) (DIE) -> CInt = find("dwarf_tag"),
      let entry: @convention(c) (OpaquePointer, Dwarf_Off, DIE) -> DIE? = find("dwarf_offdie")
    else { return nil }
    (self.begin, self.end, self.child, self.sibling, self.tag, self.entry) = (begin, end, child, sibling, tag, entry)
    guard
      let nextUnit:
        @convention(c) (
          OpaquePointer, Dwarf_Off, UnsafeMutablePointer<Dwarf_Off>, UnsafeMutablePointer<Int>,
          UnsafeMutablePointer<Dwarf_Off>?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?
        ) -> CInt = find("dwarf_nextcu"),
      let ranges:
        @convention(c) (
          DIE, Int, UnsafeMutablePointer<Dwarf_Addr>, UnsafeMutablePointer<Dwarf_Addr>,
          UnsafeMutablePointer<Dwarf_Addr>
        ) -> Int = find("dwarf_ranges"),
      let attribute:
        @convention(c) (DIE, CUnsignedInt, UnsafeMutablePointer<Dwarf_Attribute>) -> UnsafeMutableRawPointer? = find(
          "dwarf_attr_integrate"),
      let string: @convention(c) (UnsafeMutablePointer<Dwarf_Attribute>) -> UnsafePointer<CChar>? = find(
        "dwarf_formstring")
    else { return nil }
    (self.nextUnit, self.ranges, self.attribute, self.string) = (nextUnit, ranges, attribute, string)
  }
}
