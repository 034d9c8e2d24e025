// Address spaces: areas, faults, copy on write, stack and heap, against a plain model.

import KernelCore
import LinuxABI
import Testing

extension KernelCoreTests {
  @Suite struct AddressSpaceTests {
    init() {
      Machine.start()
      AddressSpace.zeroPage = FrameNumber(AddressSpace.zeroPage.rawValue != 0 ? AddressSpace.zeroPage.rawValue : zero())
    }

    private func zero() -> UInt32 { (try? Frames.allocateZeroed().rawValue) ?? 0 }

    private static let page: UInt = 4096
    private let read = FaultAccess(errorCode: 4)
    private let write = FaultAccess(errorCode: 6)
    private let writePresent = FaultAccess(errorCode: 7)

    private func map(
      _ space: AddressSpace, at hint: UInt = 0, pages: UInt, _ protection: Protection = [.read, .write],
      _ flags: MapFlags = [.private, .anonymous]
    ) throws -> UInt {
      try space.map(
        Area(start: 0, end: 0, protection: protection), hint: hint, length: pages * Self.page, flags: flags)
    }

    private func byte(_ space: AddressSpace, _ address: UInt) -> UInt8? {
      guard let entry = space.table.entry(for: address), entry.pointee.isPresent else { return nil }
      return entry.pointee.frame.pointer.load(fromByteOffset: Int(address % Self.page), as: UInt8.self)
    }

    private func put(_ space: AddressSpace, _ address: UInt, _ value: UInt8) {
      let entry = space.table.entry(for: address)
      let access = entry?.pointee.isPresent == true ? writePresent : write
      if entry?.pointee.isPresent != true || entry?.pointee.isWritable != true {
        #expect(space.resolveFault(at: address, access) == .resolved)
      }
      space.table.entry(for: address)!.pointee.frame.pointer
        .storeBytes(of: value, toByteOffset: Int(address % Self.page), as: UInt8.self)
    }

    @Test func mapsFromTheTopAndMergesAlike() throws {
      let space = try AddressSpace()
      let first = try map(space, pages: 2)
      let second = try map(space, pages: 3)
      #expect(first + 2 * Self.page == space.mapTop)
      #expect(second + 3 * Self.page == first)
      #expect(space.areas.count == 1)
      space.unmap(first, length: Self.page)
      #expect(space.areas.count == 2)
      let again = try map(space, pages: 1)
      #expect(again == first)
      #expect(space.areas.count == 1)
    }

    @Test func faultsTellWhatIsWrong() throws {
      let space = try AddressSpace()
      let address = try map(space, pages: 1, .read)
      #expect(space.resolveFault(at: address - Self.page, read) == .unmapped)
      #expect(space.resolveFault(at: address, write) == .forbidden)
      #expect(space.resolveFault(at: address, FaultAccess(errorCode: 20)) == .forbidden)
      #expect(space.resolveFault(at: address, read) == .resolved)
      #expect(space.resolveFault(at: 0, read) == .unmapped)
      #expect(space.resolveFault(at: UserMemory.end, read) == .unmapped)
      try space.protect(address, length: Self.page, [])
      #expect(space.resolveFault(at: address, read) == .forbidden)
    }

    @Test func aReadSharesTheZeroPageAndAWriteTakesItsOwn() throws {
      let space = try AddressSpace()
      let address = try map(space, pages: 1)
      #expect(space.resolveFault(at: address, read) == .resolved)
      #expect(space.table.entry(for: address)!.pointee.frame == AddressSpace.zeroPage)
      put(space, address, 9)
      #expect(space.table.entry(for: address)!.pointee.frame != AddressSpace.zeroPage)
      #expect(byte(space, address) == 9)
      #expect(AddressSpace.zeroPage.pointer.load(as: UInt8.self) == 0)
    }

    @Test func forkSharesUntilAWrite() throws {
      let before = Frames.freeCount
      do {
        let parent = try AddressSpace()
        let address = try map(parent, pages: 8)
        for page in 0..<8 as Range<UInt> { put(parent, address + page * Self.page, UInt8(page)) }
        let used = Frames.freeCount
        let child = try parent.copy()
        #expect(used - Frames.freeCount < 8)  // tables, no pages
        put(child, address, 100)
        put(parent, address + Self.page, 101)
        #expect(byte(parent, address) == 0 && byte(child, address) == 100)
        #expect(byte(parent, address + Self.page) == 101 && byte(child, address + Self.page) == 1)
        #expect(byte(child, address + 7 * Self.page) == 7)
        #expect(parent.residentCount == 8 && child.residentCount == 8)
      }
      #expect(Frames.freeCount == before)
    }

    @Test func theStackGrowsToItsLimitAndNotIntoItsNeighbour() throws {
      let space = try AddressSpace()
      let top = AddressSpace.stackTop
      space.insert(Area(start: top - Self.page, end: top, protection: [.read, .write], growsDown: true))
      #expect(space.resolveFault(at: top - 100 * Self.page, write) == .resolved)
      #expect(space.areas[0].start == top - 100 * Self.page)
      #expect(space.resolveFault(at: top - AddressSpace.stackLimit - 1, write) == .unmapped)
      space.insert(
        Area(start: top - 400 * Self.page, end: top - 399 * Self.page, protection: .read))
      #expect(space.resolveFault(at: top - 300 * Self.page, write) == .unmapped)
    }

    @Test func theHeapMovesAndStaysWhereItCannot() throws {
      let space = try AddressSpace()
      space.heapStart = 0x10_0000
      space.heapEnd = 0x10_0000
      #expect(space.setHeapEnd(0) == 0x10_0000)
      #expect(space.setHeapEnd(0x10_1234) == 0x10_1234)
      put(space, 0x10_1000, 1)
      _ = try map(space, at: 0x20_0000, pages: 1, .read, [.private, .anonymous, .fixed])
      #expect(space.setHeapEnd(0x20_0001) == 0x10_1234)
      #expect(space.setHeapEnd(0x10_0800) == 0x10_0800)
      #expect(byte(space, 0x10_1000) == nil)
    }

    @Test func fixedMappingsReplaceOrRefuse() throws {
      let space = try AddressSpace()
      let address = try map(space, pages: 4)
      put(space, address + Self.page, 5)
      #expect(
        try map(space, at: address + Self.page, pages: 1, .read, [.private, .anonymous, .fixed]) == address + Self.page)
      #expect(byte(space, address + Self.page) == nil)
      #expect(space.areas.count == 3)
      #expect(
        errno { _ = try map(space, at: address, pages: 1, .read, [.private, .anonymous, .fixedNoReplace]) } == .EEXIST)
      #expect(errno { _ = try map(space, at: UserMemory.end - Self.page, pages: 2, .read, [.fixed]) } == .ENOMEM)
    }

    /// Random mapping, unmapping, protecting and writing, compared page by page with a dictionary.
    @Test(arguments: 0..<4) func randomUseMatchesAModel(seed: Int) throws {
      var random = Generator(seed: UInt64(seed) &* 7919 &+ 1)
      let before = Frames.freeCount
      do {
        let space = try AddressSpace()
        let base: UInt = 0x1000_0000
        let pages = 64
        var rights = [Protection?](repeating: nil, count: pages)
        var content = [UInt8](repeating: 0, count: pages)
        for _ in 0..<1500 {
          let first = Int.random(in: 0..<pages, using: &random)
          let count = Int.random(in: 1...min(12, pages - first), using: &random)
          let address = base + UInt(first) * Self.page
          switch Int.random(in: 0..<4, using: &random) {
          case 0:
            let protection: Protection = Bool.random(using: &random) ? [.read, .write] : .read
            _ = try map(space, at: address, pages: UInt(count), protection, [.private, .anonymous, .fixed])
            for page in first..<first + count { (rights[page], content[page]) = (protection, 0) }
          case 1:
            space.unmap(address, length: UInt(count) * Self.page)
            for page in first..<first + count { (rights[page], content[page]) = (nil, 0) }
          case 2:
            let hasSucceeded = (try? space.protect(address, length: UInt(count) * Self.page, [.read, .write])) != nil
            let hole = (first..<first + count).first { rights[$0] == nil }
            #expect(hasSucceeded == (hole == nil))
            for page in first..<(hole ?? first + count) { rights[page] = [.read, .write] }
          default:
            guard rights[first] == [.read, .write] else { continue }
            content[first] = UInt8.random(in: 1...255, using: &random)
            put(space, address, content[first])
          }
        }
        for page in 0..<pages {
          let address = base + UInt(page) * Self.page
          #expect((space.area(at: address) != nil) == (rights[page] != nil))
          if content[page] != 0 { #expect(byte(space, address) == content[page]) }
          if let protection = rights[page] {
            #expect((space.resolveFault(at: address, write) != .forbidden) == protection.contains(.write))
          }
        }
        for (left, right) in zip(space.areas, space.areas.dropFirst()) { #expect(left.end <= right.start) }
      }
      #expect(Frames.freeCount == before)
    }
  }
}

/// A small seeded generator (splitmix64), so that a failure can be repeated.
struct Generator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}
