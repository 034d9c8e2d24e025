// What is known of a kernel from its files: functions, unwind information, build-id. An ELF file, Linux's bzImage
// (whose payload is one, compressed), and a System.map.
import Foundation
import Recordings
import TraceModel
import Unwind

public struct KernelFile: Sendable {
  public let symbols: [FunctionSymbol]
  public let orc: ORC?
  public let cfi: CFI?
  /// What the file's debug information says is inlined.
  let code: CodeFile?
  public let buildID: [UInt8]
  /// Where code is, as the symbols say it.
  public let text: Range<UInt64>
  /// Address of a symbol less address in the ELF file: not 0 when the map is of a kernel that moved.
  public let mapOffset: UInt64

  /// Throws `noInput` for files that cannot be read, `badInput` for those that are no kernel or have no functions.
  public init(elf: String?, systemMap: String?) throws(ToolError) {
    let image = try elf.map(Self.image)
    let map = try systemMap.map(Self.read)
    let symbols = map.map(SystemMap.functions) ?? image?.functions() ?? []
    guard !symbols.isEmpty else {
      let file = systemMap ?? elf ?? "nothing"
      throw ToolError(
        .badInput,
        "\(file) names no function; --system-map takes the System.map, or what /proc/kallsyms says in the machine")
    }
    self.symbols = symbols
    orc = image.flatMap(ORC.init)
    cfi = image.map(CFI.init)
    code = elf.map { CodeFile(path: $0) }
    let start = map == nil ? nil : symbols.first { $0.name == "_text" || $0.name == "_stext" }?.address
    let offset = start.flatMap { start in image?.section(".text").map { start &- $0.address } } ?? 0
    mapOffset = offset
    let first = symbols.map(\.address).min() ?? 0
    let last = symbols.map { $0.address &+ max($0.size, 1) }.max() ?? 0
    let inImage = image?.text.map { ($0.lowerBound &+ offset)..<($0.upperBound &+ offset) }
    text = inImage ?? first..<max(last, first + 1)
    buildID = image?.buildID ?? Self.standIn(map ?? [])
  }

  // A name for what has none: the same for the same bytes (FNV-1a).
  private static func standIn(_ bytes: [UInt8]) -> [UInt8] {
    let hash = bytes.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return Array("no build-id:".utf8) + (0..<8).map { UInt8(truncatingIfNeeded: hash >> UInt64(8 * $0)) }
  }

  private static func read(_ path: String) throws(ToolError) -> [UInt8] {
    let input = try ByteInput(path: path)
    defer { input.close() }
    return try input.all()
  }

  private static func image(_ path: String) throws(ToolError) -> ELFImage {
    var bytes = try read(path)
    // "HdrS" at 0x202 is a bzImage; its header says where the payload is (protocol 2.08 and later).
    if bytes.count > 0x250, Array(bytes[0x202..<0x206]) == Array("HdrS".utf8) {
      bytes = try unpacked(payload(of: bytes, path), path)
    }
    do { return try ELFImage(bytes) } catch {
      throw ToolError(.badInput, "\(path): \(error); expected a kernel's ELF file or a bzImage")
    }
  }

  private static func payload(of bytes: [UInt8], _ path: String) throws(ToolError) -> [UInt8] {
    func word(_ at: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) } }
    let sectors = bytes[0x1f1] == 0 ? 4 : Int(bytes[0x1f1])
    let start = (sectors + 1) * 512 + word(0x248)
    let size = word(0x24c)
    guard size > 8, start <= bytes.count, size <= bytes.count - start else {
      throw ToolError(.badInput, "\(path): the payload lies outside of the file")
    }
    return Array(bytes[start..<start + size])
  }

  private static let packers: [(magic: [UInt8], command: [String])] = [
    ([0x1f, 0x8b], ["gzip", "-dc"]), ([0xfd, 0x37, 0x7a, 0x58], ["xz", "-dc"]),
    ([0x02, 0x21, 0x4c, 0x18], ["lz4", "-dc"]), ([0x28, 0xb5, 0x2f, 0xfd], ["zstd", "-dc"]),
    ([0x5d, 0x00, 0x00], ["xz", "--format=lzma", "-dc"]), ([0x42, 0x5a, 0x68], ["bzip2", "-dc"]),
  ]

  // The length of what comes out follows the payload, which the programs take for garbage or half a block: they say so
  // and have written everything.
  private static func unpacked(_ payload: [UInt8], _ path: String) throws(ToolError) -> [UInt8] {
    guard let packer = packers.first(where: { payload.starts(with: $0.magic) }) else {
      throw ToolError(.badInput, "\(path): its payload is of no known compression")
    }
    let packed = FileManager.default.temporaryDirectory.appendingPathComponent("apus-payload-\(UUID())")
    defer { try? FileManager.default.removeItem(at: packed) }
    do {
      try Data(payload).write(to: packed)
      let process = Process()
      let output = Pipe()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = packer.command
      process.standardInput = try FileHandle(forReadingFrom: packed)
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
      process.waitUntilExit()
      guard process.terminationStatus != 127 else {
        throw ToolError(.unavailable, "\(path) is packed, and there is no \(packer.command[0]) to unpack it")
      }
      return bytes
    } catch let error as ToolError {
      throw error
    } catch {
      throw ToolError(.inputOutput, "\(path) cannot be unpacked: \(error)")
    }
  }
}
