// Files and directories of a tmpfs.

import KernelCore
import LinuxABI
import Testing

extension KernelCoreTests {
  @Suite struct TmpfsTests {
    let tree = Tree()

    @Test func bytesComeBack() throws {
      try tree.make("/f")
      try tree.write("/f", "hello")
      try tree.write("/f", "J")
      #expect(try tree.read("/f") == "Jello")
      try tree.write("/f", " there", append: true)
      #expect(try tree.read("/f") == "Jello there")
      #expect(try tree.find("/f").bytes(from: 6, count: 100) == Array("there".utf8))
      #expect(try tree.find("/f").bytes(from: 11, count: 100) == [])
      #expect(try tree.find("/f").bytes(from: 1000, count: 100) == [])
    }

    @Test func holesReadAsZerosAndTakeNoPages() throws {
      let before = Frames.freeCount
      let file = try tree.make("/sparse")
      try file.put("x", at: 5_000_000_000)
      #expect(file.stat().size == 5_000_000_001)
      #expect(file.stat().blocks == 8)
      #expect(try file.bytes(from: 4_999_999_999, count: 2) == [0, UInt8(ascii: "x")])
      #expect(try file.bytes(from: 123_456, count: 3) == [0, 0, 0])
      #expect(try file.seek(0, toData: true) == 4_999_999_488)
      #expect(try file.seek(4_999_999_500, toData: false) == 5_000_000_001)
      try tree.unlink("/sparse")
      try file.truncate(to: 0)
      #expect(Frames.freeCount == before)
    }

    @Test func bigFilesOfEveryTreeHeight() throws {
      let file = try tree.make("/big")
      let places: [Int64] = [0, 4095, 4096, 4_194_303, 4_194_304, 4_294_967_296, 1_000_000_000_000]
      for (index, place) in places.enumerated() { try file.put("\(index)!", at: place) }
      for (index, place) in places.enumerated() where index != 1 && index != 3 {
        #expect(try file.bytes(from: place, count: 2).first == UInt8(ascii: "0") + UInt8(index))
      }
      #expect(errno { try file.put("x", at: 1 << 42) } == .EFBIG)
      #expect(errno { try file.truncate(to: 1 << 42 + 1) } == .EFBIG)
    }

    @Test func truncationClearsTheTail() throws {
      let file = try tree.make("/f")
      try file.put(String(repeating: "a", count: 10_000))
      try file.truncate(to: 5000)
      try file.truncate(to: 9000)
      let bytes = try file.bytes()
      #expect(bytes.count == 9000)
      #expect(bytes[4999] == UInt8(ascii: "a"))
      #expect(bytes[5000...].allSatisfy { $0 == 0 })
    }

    @Test func holesCanBePunched() throws {
      let file = try tree.make("/f")
      try file.put(String(repeating: "a", count: 20_000))
      try file.allocate(offset: 5000, length: 10_000, [.punchHole, .keepSize])
      let bytes = try file.bytes()
      #expect(bytes.count == 20_000)
      #expect(bytes[4999] == 97 && bytes[5000] == 0 && bytes[14_999] == 0 && bytes[15_000] == 97)
      #expect(file.stat().blocks == 8 * 4)
    }

    @Test func spaceIsCounted() throws {
      let small = Tree(maximumPages: 3)
      let file = try small.make("/f")
      let text = String(repeating: "b", count: 5 * 4096)
      #expect(errno { try file.put(text) } == .ENOSPC)
      #expect(file.size == 3 * 4096)
      #expect(small.filesystem.statfs().blocksFree == 0)
      try file.truncate(to: 4096)
      #expect(small.filesystem.statfs().blocksFree == 2)
      try small.unlink("/f")
    }

    @Test func deletedFilesGiveTheirPagesBack() throws {
      let before = Frames.freeCount
      for _ in 0..<3 {
        try tree.make("/f").put(String(repeating: "c", count: 100_000))
        try tree.unlink("/f")
      }
      #expect(Frames.freeCount == before)
    }

    @Test func mappingsShareThePages() throws {
      let file = try tree.make("/f")
      try file.put("page")
      let page = try #require(try file.page(at: 0))
      #expect(page.pointer.load(as: UInt8.self) == UInt8(ascii: "p"))
      page.pointer.storeBytes(of: UInt8(ascii: "c"), as: UInt8.self)
      #expect(try tree.read("/f") == "cage")
      #expect(Frames.references(page) == 2)
      Frames.release(page)
      #expect(try file.page(at: 1) == nil)
    }

    @Test func directoriesCountTheirLinks() throws {
      #expect(tree.filesystem.root.links == 2)
      try tree.makeDirectory("/d")
      #expect(tree.filesystem.root.links == 3)
      #expect(try tree.find("/d").links == 2)
      try tree.makeDirectory("/d/e")
      #expect(try tree.find("/d").links == 3)
      #expect(errno { try tree.rmdir("/d") } == .ENOTEMPTY)
      try tree.rmdir("/d/e")
      let removed = try tree.find("/d")
      try tree.rmdir("/d")
      #expect(removed.links == 0)
      #expect(tree.filesystem.root.links == 2)
      #expect(
        errno { _ = try removed.create(Name("x"), NewNode(mode: FileMode(.regular, 0), as: tree.credentials)) }
          == .ENOENT)
    }

    @Test func hardLinks() throws {
      try tree.make("/f")
      try tree.link("/f", "/g")
      #expect(try tree.find("/f") === tree.find("/g"))
      #expect(try tree.find("/f").links == 2)
      try tree.unlink("/f")
      #expect(try tree.find("/g").links == 1)
      try tree.makeDirectory("/d")
      #expect(errno { try tree.link("/d", "/e") } == .EPERM)
      #expect(errno { try tree.link("/g", "/d") } == .EEXIST)
    }

    @Test func wrongKinds() throws {
      try tree.makeDirectory("/d")
      try tree.make("/f")
      #expect(errno { try tree.unlink("/d") } == .EISDIR)
      #expect(errno { try tree.rmdir("/f") } == .ENOTDIR)
      #expect(errno { try tree.make("/f") } == .EEXIST)
      #expect(errno { try tree.unlink("/none") } == .ENOENT)
    }

    @Test func theStickyBitProtects() throws {
      try tree.make("/mine")
      tree.credentials = Credentials(uid: 1, gid: 1)
      try tree.make("/yours")
      #expect(errno { try tree.unlink("/mine") } == .EPERM)
      #expect(errno { try tree.rename("/mine", "/other") } == .EPERM)
      try tree.unlink("/yours")
    }

    @Test func manyNamesListOnceEach() throws {
      for index in 0..<1000 { try tree.make("/file\(index)") }
      for size in [64, 300, 4096] {
        let names = try tree.filesystem.root.names(bufferSize: size)
        #expect(names.count == 1002)
        #expect(Set(names).count == 1002)
      }
    }

    @Test func listingSurvivesRemoval() throws {
      for index in 0..<200 { try tree.make("/f\(index)") }
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 8)
      defer { buffer.deallocate() }
      var position: Int64 = 0
      var seen = 0
      while true {
        var writer = DirentWriter(buffer, .linux64, position: position)
        try tree.filesystem.root.list(&writer)
        if writer.count == 0 { break }
        var offset = 0
        while offset < writer.count {
          let length = Int(buffer.load(fromByteOffset: offset + 16, as: UInt16.self))
          let name = String(decoding: buffer[(offset + 19)..<(offset + length)].prefix { $0 != 0 }, as: UTF8.self)
          if name.hasPrefix("f") {
            try tree.unlink("/" + name)
            seen += 1
          }
          offset += length
        }
        position = writer.position
      }
      #expect(seen == 200)
      #expect(try tree.list("/") == [".", ".."])
    }

    @Test func setGroupIDDirectoriesPassTheirGroupOn() throws {
      try tree.makeDirectory("/d")
      try tree.find("/d").setOwner(uid: 0, gid: 50, as: tree.credentials)
      try tree.find("/d").setMode(FileMode(.directory, 0o2777), as: tree.credentials)
      #expect(try tree.make("/d/f").gid == 50)
      let inner = try tree.make("/d/e", .directory)
      #expect(inner.gid == 50 && inner.mode.contains(.setGroupID))
    }

    @Test func timesFollowTheClock() throws {
      let file = try tree.make("/f")
      Machine.advance(seconds: 10)
      try file.put("x")
      let written = file.stat()
      #expect(written.modified == written.changed && written.accessed < written.modified)
      Machine.advance(seconds: 10)
      _ = try file.bytes()
      let read = file.stat()
      #expect(written.modified < read.accessed)
      Machine.advance(seconds: 10)
      _ = try file.bytes()
      #expect(file.stat().accessed == read.accessed)
    }

    @Test func chainsOfRemovedDirectoriesAreFreedWithoutRecursion() throws {
      let tree = Tree(maximumInodes: 100_000)
      tree.context.workingDirectory = tree.filesystem.root
      for _ in 0..<50_000 {
        try tree.makeDirectory("d")
        tree.context.workingDirectory = try tree.find("d")
      }
      var deepest: Inode? = tree.context.workingDirectory
      for _ in 0..<50_000 {
        tree.context.workingDirectory = try tree.find("..")
        try tree.rmdir("d")
      }
      #expect(deepest?.links == 0)
      deepest = nil
    }

    @Test func tearDownFreesATree() throws {
      let before = Frames.freeCount
      let other = Tmpfs()
      try tree.makeDirectory("/m")
      try MountTable.mount(other, on: tree.find("/m"), source: Name("x"))
      for index in 0..<10 {
        try tree.makeDirectory("/m/d\(index)")
        try tree.make("/m/d\(index)/f").put(String(repeating: "z", count: 9000))
      }
      try MountTable.unmount(other.root, evenIfBusy: false)
      #expect(Frames.freeCount == before)
    }
  }
}
