// An ELF64 program file (System V ABI, AMD64 supplement; elf(5)): its headers, checked.

import LinuxABI

/// One PT_LOAD segment, offsets and sizes as in the file.
public struct ElfSegment {
  public var offset: UInt64
  public var address: UInt
  public var fileBytes: UInt
  public var memoryBytes: UInt
  public var protection: Protection
}

public struct ElfFile {
  public let file: OpenFile
  public private(set) var isRelocatable = false
  public private(set) var entry: UInt = 0
  public private(set) var segments: [ElfSegment] = []
  /// Path of the program interpreter, for dynamic programs.
  public private(set) var interpreter: [UInt8]? = nil
  public private(set) var headerAddress: UInt = 0
  public private(set) var headerCount = 0

  public static let headerEntryBytes = 56
  private static let headerBytes = 64

  /// - Throws: ENOEXEC for anything that is not an x86_64 program; ENOMEM.
  public init(_ file: OpenFile) throws(Errno) {
    self.file = file
    let header = try KernelBuffer(reading: file, at: 0, count: Self.headerBytes)
    guard header.load(0, as: UInt32.self) == 0x464c_457f, header.load(4, as: UInt8.self) == 2,
      header.load(5, as: UInt8.self) == 1, header.load(18, as: UInt16.self) == 62
    else { throw .ENOEXEC }
    let type = header.load(16, as: UInt16.self)
    guard type == 2 || type == 3 else { throw .ENOEXEC }
    isRelocatable = type == 3
    entry = UInt(header.load(24, as: UInt64.self))
    headerCount = Int(header.load(56, as: UInt16.self))
    let tableOffset = header.load(32, as: UInt64.self)
    guard header.load(54, as: UInt16.self) == UInt16(Self.headerEntryBytes), headerCount >= 1, headerCount <= 64,
      tableOffset < 1 << 40
    else { throw .ENOEXEC }
    try readSegments(tableOffset)
  }

  /// From the first to the last executable segment, of a program loaded at `base`.
  public func code(at base: UInt) -> Range<UInt> {
    var (start, end): (UInt, UInt) = (0, 0)
    for segment in segments where segment.protection.contains(.execute) {
      if end == 0 { start = segment.address }
      end = segment.address + segment.memoryBytes
    }
    return base &+ start..<base &+ end
  }

  private mutating func readSegments(_ tableOffset: UInt64) throws(Errno) {
    let table = try KernelBuffer(reading: file, at: tableOffset, count: headerCount * Self.headerEntryBytes)
    for index in 0..<headerCount {
      let base = index * Self.headerEntryBytes
      switch table.load(base, as: UInt32.self) {
      case 1: try addSegment(table, base, tableOffset)
      case 3: try readInterpreter(table, base)
      default: break
      }
    }
    guard !segments.isEmpty else { throw .ENOEXEC }
  }

  private mutating func addSegment(
    _ table: KernelBuffer, _ base: Int, _ tableOffset: UInt64
  ) throws(Errno) {
    let segment = ElfSegment(
      offset: table.load(base + 8, as: UInt64.self), address: UInt(table.load(base + 16, as: UInt64.self)),
      fileBytes: UInt(table.load(base + 32, as: UInt64.self)),
      memoryBytes: UInt(table.load(base + 40, as: UInt64.self)),
      protection: Self.protection(table.load(base + 4, as: UInt32.self)))
    guard segment.memoryBytes >= segment.fileBytes, segment.address < UserMemory.end,
      segment.memoryBytes < UserMemory.end - segment.address, segment.offset < 1 << 40,
      segment.offset % UInt64(pageSize) == UInt64(segment.address % UInt(pageSize))
    else { throw .ENOEXEC }
    if let last = segments.last, last.address + last.memoryBytes > segment.address { throw .ENOEXEC }
    if segment.offset <= tableOffset, tableOffset < segment.offset + UInt64(segment.fileBytes) {
      headerAddress = segment.address + UInt(tableOffset - segment.offset)
    }
    if segment.memoryBytes > 0 { segments.append(segment) }
  }

  private mutating func readInterpreter(_ table: KernelBuffer, _ base: Int) throws(Errno) {
    let count = Int(truncatingIfNeeded: table.load(base + 32, as: UInt64.self))
    guard count > 1, count < 4096 else { throw .ENOEXEC }
    let text = try KernelBuffer(reading: file, at: table.load(base + 8, as: UInt64.self), count: count)
    guard text.load(count - 1, as: UInt8.self) == 0 else { throw .ENOEXEC }
    interpreter = (0..<count - 1).map { text.load($0, as: UInt8.self) }
  }

  private static func protection(_ flags: UInt32) -> Protection {
    var result: Protection = []
    if flags & 4 != 0 { result.insert(.read) }
    if flags & 2 != 0 { result.insert(.write) }
    if flags & 1 != 0 { result.insert(.execute) }
    return result
  }
}

/// Kernel memory holding a piece of a file.
public final class KernelBuffer {
  private let memory: UnsafeMutableRawPointer
  public private(set) var count: Int

  private init(memory: UnsafeMutableRawPointer, count: Int) {
    self.memory = memory
    self.count = count
  }

  /// Reads exactly `count` bytes.
  /// - Throws: ENOEXEC when the file is shorter; what reading throws.
  public convenience init(reading file: OpenFile, at offset: UInt64, count: Int) throws(Errno) {
    self.init(memory: try RawMemory.allocate(try Self.check(count)), count: count)
    let found = try fill(file, offset)
    guard found == count else { throw .ENOEXEC }
  }

  /// Reads what is there, `limit` bytes at most.
  public convenience init(readingUpTo limit: Int, of file: OpenFile, at offset: UInt64) throws(Errno) {
    self.init(memory: try RawMemory.allocate(limit), count: limit)
    count = try fill(file, offset)
  }

  private static func check(_ count: Int) throws(Errno) -> Int {
    guard count > 0 else { throw .ENOEXEC }
    return count
  }

  private func fill(_ file: OpenFile, _ offset: UInt64) throws(Errno) -> Int {
    var transfer = UserTransfer(kernel: memory, count: count)
    try file.read(&transfer, at: Int64(offset))
    return transfer.transferred
  }

  deinit { RawMemory.free(memory) }

  public func load<Value: BitwiseCopyable>(_ offset: Int, as type: Value.Type) -> Value {
    precondition(offset >= 0 && offset + MemoryLayout<Value>.size <= count)
    return memory.loadUnaligned(fromByteOffset: offset, as: type)
  }
}
