// Names out of an ELF file, and out of files that only look like one.
import Testing
import TraceModel

@testable import TraceTestSupport

@Suite struct ELFTests {
  @Test func namesAndBuildID() throws {
    let table = try NameTable(elf: Self.elf())
    #expect(table.buildID == (0..<20).map { $0 + 1 })
    #expect(table.keys == [0: "syscalls"] && table.spans == [5: "path_lookup"])
    #expect(table.locks == [16: "frame_allocator"] && table.lockRanks == [16: 80])
  }

  @Test func otherFilesAreNamedForWhatTheyAre() {
    #expect(throws: ELFError.notELF64) { try NameTable(elf: Array("#!/bin/sh\n".utf8)) }
    #expect(throws: ELFError.notELF64) { try NameTable(elf: []) }
    #expect(throws: ELFError.noNames) { try NameTable(elf: Self.elf(names: "another")) }
    #expect(throws: ELFError.noBuildID) { try NameTable(elf: Self.elf(note: "another")) }
    #expect(throws: ELFError.damaged) { try NameTable(elf: Self.elf().dropLast(50)) }
  }

  @Test func damageNeverCrashes() {
    let good = Self.elf()
    var random = Random(state: 77)
    for _ in 0..<20_000 {
      var bytes = good
      for _ in 0..<3 { bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next()) }
      if random.next() % 4 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
      _ = try? NameTable(elf: bytes)
    }
  }

  /// An ELF64 file with a string table, a build-id note and a table of names.
  static func elf(names: String = "apus_names", note: String = ".note.gnu.build-id") -> [UInt8] {
    let strings: [UInt8] = [0] + Array(names.utf8) + [0] + Array(note.utf8) + [0] + Array(".shstrtab".utf8) + [0]
    let noteBytes: [UInt8] = [4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0] + Array("GNU".utf8) + [0] + (0..<20).map { $0 + 1 }
    let rows: [UInt8] =
      [1, 0, 0] + Array("syscalls".utf8) + [0] + [2, 5, 0] + Array("path_lookup".utf8) + [0]
      + [3, 16, 80] + Array("frame_allocator".utf8) + [0]
    let bodies = [rows, noteBytes, strings]
    let nameOffsets = [1, 2 + names.utf8.count, 3 + names.utf8.count + note.utf8.count]
    var file: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 57)
    var offsets: [Int] = []
    for body in bodies {
      offsets.append(file.count)
      file += body
    }
    put(file.count, 8, at: 40, in: &file)
    put(64, 2, at: 58, in: &file)
    put(3, 2, at: 60, in: &file)
    put(2, 2, at: 62, in: &file)
    for (index, body) in bodies.enumerated() {
      var header = [UInt8](repeating: 0, count: 64)
      put(nameOffsets[index], 4, at: 0, in: &header)
      put(offsets[index], 8, at: 24, in: &header)
      put(body.count, 8, at: 32, in: &header)
      file += header
    }
    return file
  }

  private static func put(_ value: Int, _ size: Int, at offset: Int, in bytes: inout [UInt8]) {
    for index in 0..<size { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
  }
}
