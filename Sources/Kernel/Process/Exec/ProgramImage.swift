// A new program's memory: segments, interpreter, stack. Built before the old program is given up, so that a failure
// leaves it running.

import CMachine
import KernelCore
import LinuxABI

struct ProgramImage {
  let space: AddressSpace
  private(set) var entry: UInt = 0
  private(set) var stackPointer: UInt = 0
  private(set) var argumentRange: (start: UInt, end: UInt) = (0, 0)
  private(set) var environmentRange: (start: UInt, end: UInt) = (0, 0)
  /// Where a position-independent program lies; 0 for others.
  private(set) var programBase: UInt = 0
  /// From its first to its last executable segment.
  private(set) var programCode: Range<UInt> = 0..<0
  private var interpreterBase: UInt = 0
  private var programEntry: UInt = 0
  private var highestEnd: UInt = 0
  private var virtualObject: UInt = 0

  private static let relocatableBase: UInt = 0x5555_5555_4000
  private static let interpreterHint: UInt = 0x5fff_0000_0000

  /// - Throws: ENOMEM, ENOEXEC, ENOENT and the like for the interpreter.
  init(
    _ elf: ElfFile, interpreter: ElfFile?, arguments: borrowing ArgumentBlock, path: [UInt8], caller: Thread
  ) throws(Errno) {
    space = try AddressSpace()
    programBase = elf.isRelocatable ? Self.relocatableBase : 0
    programEntry = programBase &+ elf.entry
    try mapSegments(elf, base: programBase)
    programCode = elf.code(at: programBase)
    space.heapStart = (highestEnd + 4095) & ~4095
    space.heapEnd = space.heapStart
    entry = programEntry
    if let interpreter {
      interpreterBase = Self.interpreterHint
      try mapSegments(interpreter, base: interpreterBase)
      entry = interpreterBase &+ interpreter.entry
    }
    guard entry < UserMemory.end else { throw .ENOEXEC }
    virtualObject = try VirtualObject.map(into: space)
    try buildStack(elf, arguments, path, caller)
  }

  // MARK: Segments

  private mutating func mapSegments(_ elf: ElfFile, base: UInt) throws(Errno) {
    for segment in elf.segments { try map(segment, elf.file, base: base) }
  }

  private mutating func map(_ segment: ElfSegment, _ file: OpenFile, base: UInt) throws(Errno) {
    let address = base &+ segment.address
    let start = address & ~4095
    let fileEnd = address + segment.fileBytes
    let memoryEnd = address + segment.memoryBytes
    guard start >= UserMemory.start, memoryEnd <= space.mapTop else { throw .ENOEXEC }
    let filePagesEnd = segment.fileBytes == 0 ? start : (fileEnd + 4095) & ~4095
    let end = (memoryEnd + 4095) & ~4095
    if filePagesEnd > start {
      let offset = segment.offset - UInt64(address - start)
      try place(Area(start: start, end: filePagesEnd, protection: segment.protection, file: file, offset: offset))
    }
    if end > filePagesEnd { try place(Area(start: filePagesEnd, end: end, protection: segment.protection)) }
    if segment.memoryBytes > segment.fileBytes, fileEnd < filePagesEnd, segment.fileBytes > 0 {
      try clear(from: fileEnd, to: filePagesEnd)
    }
    highestEnd = max(highestEnd, base < Self.interpreterHint ? memoryEnd : 0)
  }

  private func place(_ area: Area) throws(Errno) {
    guard space.isFree(area.start, area.end) else { throw .ENOEXEC }
    space.insert(area)
    if apus_key_switch_bss_prefault() { try Legacy.prefault(area, in: space) }
  }

  /// The rest of a data segment's last page: the start of its bss.
  private func clear(from start: UInt, to end: UInt) throws(Errno) {
    let page = try space.writablePage(at: start)
    (page + Int(start & 4095)).initializeMemory(as: UInt8.self, repeating: 0, count: Int(end - start))
  }

  // MARK: Stack (System V ABI, AMD64: "Initial Stack and Register State")

  private mutating func buildStack(
    _ elf: ElfFile, _ arguments: borrowing ArgumentBlock, _ path: [UInt8], _ caller: Thread
  ) throws(Errno) {
    let top = AddressSpace.stackTop
    try place(Area(start: top - 0x21000, end: top, protection: [.read, .write], growsDown: true))
    // From the top: the path, the platform's name, 16 random bytes, the strings.
    let pathAddress = top - 8 - UInt(path.count + 1)
    let platformAddress = pathAddress - 7
    let randomAddress = (platformAddress - 16) & ~15
    let stringAddress = randomAddress - UInt(arguments.byteCount)
    try write(path, at: pathAddress)
    try write([120, 56, 54, 95, 54, 52], at: platformAddress)  // x86_64
    try writeRandom(at: randomAddress)
    try writeStrings(arguments, at: stringAddress)
    let auxiliary = self.auxiliary(elf, pathAddress, platformAddress, randomAddress, caller)
    let words = 3 + arguments.argumentCount + arguments.environmentCount + auxiliary.count
    stackPointer = (stringAddress - UInt(words * 8)) & ~15
    try writeVectors(arguments, strings: stringAddress, auxiliary)
  }

  /// argc, argv, envp and the auxiliary vector, from the stack pointer up. No array of pointers is made: there may be
  /// hundreds of thousands.
  private mutating func writeVectors(
    _ arguments: borrowing ArgumentBlock, strings: UInt, _ auxiliary: [UInt64]
  ) throws(Errno) {
    var cursor = stackPointer
    var string = strings
    try push(UInt64(arguments.argumentCount), &cursor)
    argumentRange.start = string
    for _ in 0..<arguments.argumentCount { try pushString(&string, &cursor) }
    try push(0, &cursor)
    argumentRange.end = string
    environmentRange.start = string
    for _ in 0..<arguments.environmentCount { try pushString(&string, &cursor) }
    try push(0, &cursor)
    environmentRange.end = string
    for word in auxiliary { try push(word, &cursor) }
  }

  private func push(_ word: UInt64, _ cursor: inout UInt) throws(Errno) {
    (try space.writablePage(at: cursor) + Int(cursor & 4095)).storeBytes(of: word, as: UInt64.self)
    cursor += 8
  }

  /// A pointer to the string at `string`, which moves to the next one.
  private func pushString(_ string: inout UInt, _ cursor: inout UInt) throws(Errno) {
    try push(UInt64(string), &cursor)
    while try readByte(at: string) != 0 { string += 1 }
    string += 1
  }

  private func auxiliary(
    _ elf: ElfFile, _ path: UInt, _ platform: UInt, _ random: UInt, _ caller: Thread
  ) -> [UInt64] {
    let credentials = caller.process.credentials!
    let isSecure = credentials.euid != credentials.uid || credentials.egid != credentials.gid
    return [
      3, UInt64(programBase &+ elf.headerAddress),  // AT_PHDR
      4, UInt64(ElfFile.headerEntryBytes), 5, UInt64(elf.headerCount),  // AT_PHENT, AT_PHNUM
      6, 4096, 7, UInt64(interpreterBase), 8, 0, 9, UInt64(programEntry),  // AT_PAGESZ, BASE, FLAGS, ENTRY
      11, UInt64(credentials.uid), 12, UInt64(credentials.euid),
      13, UInt64(credentials.gid), 14, UInt64(credentials.egid),
      16, UInt64(apus_cpuid(1, 0).edx), 17, 100, 23, isSecure ? 1 : 0,  // AT_HWCAP, CLKTCK, SECURE
      33, UInt64(virtualObject), 26, 0, 51, UInt64(SignalFrame.minimumStack),  // AT_SYSINFO_EHDR, HWCAP2, MINSIGSTKSZ
      25, UInt64(random), 31, UInt64(path), 15, UInt64(platform),  // AT_RANDOM, EXECFN, PLATFORM
      0, 0,
    ]
  }

  // MARK: Writing into memory that is not mapped here

  private func write(_ bytes: [UInt8], at address: UInt) throws(Errno) {
    for index in bytes.indices {
      let target = address + UInt(index)
      (try space.writablePage(at: target) + Int(target & 4095)).storeBytes(of: bytes[index], as: UInt8.self)
    }
  }

  private func readByte(at address: UInt) throws(Errno) -> UInt8 {
    (try space.writablePage(at: address) + Int(address & 4095)).load(as: UInt8.self)
  }

  private func writeRandom(at address: UInt) throws(Errno) {
    var cursor = address
    try push(Random.word(), &cursor)
    try push(Random.word(), &cursor)
  }

  private func writeStrings(_ arguments: borrowing ArgumentBlock, at start: UInt) throws(Errno) {
    var address = start
    try arguments.forEachPiece { (piece, count) throws(Errno) in
      var done = 0
      while done < count {
        let offset = Int(address & 4095)
        let part = min(count - done, pageSize - offset)
        (try space.writablePage(at: address) + offset).copyMemory(from: piece + done, byteCount: part)
        done += part
        address += UInt(part)
      }
    }
  }
}

extension AddressSpace {
  /// The page that holds `address`, private and writable, as the kernel sees it. For an address space that does not run
  /// yet.
  /// - Throws: ENOMEM, EFAULT.
  func writablePage(at address: UInt) throws(Errno) -> UnsafeMutableRawPointer {
    if let entry = table.entry(for: address), entry.pointee.isPresent, entry.pointee.isWritable {
      return entry.pointee.frame.pointer
    }
    lock.acquire()
    defer { lock.release() }
    guard let index = area(at: address) ?? growStack(to: address) else { throw .EFAULT }
    var area = areas[index]
    area.protection.insert(.write)
    let writing = FaultAccess(errorCode: 2)
    let outcome = try withUnsafePointer(to: area) { (area) throws(Errno) in
      try resolve(area, address & ~4095, writing)
    }
    if case .resolved = outcome, let entry = table.entry(for: address) {
      return entry.pointee.frame.pointer
    }
    throw .ENOMEM
  }
}
