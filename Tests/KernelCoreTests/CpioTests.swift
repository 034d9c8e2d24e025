// Unpacking archives, good and bad.

import KernelCore
import LinuxABI
import Testing

/// Writes "newc" archives.
struct CpioBuilder {
  var bytes: [UInt8] = []
  private var nextInode: UInt32 = 1

  mutating func add(
    _ name: String, mode: UInt32, data: [UInt8] = [], links: UInt32 = 1, inode: UInt32? = nil,
    special: (UInt32, UInt32) = (0, 0)
  ) {
    let number = inode ?? nextInode
    nextInode += 1
    let fields: [UInt32] = [
      number, mode, 0, 0, links, 1000, UInt32(data.count), 0, 1, special.0, special.1, UInt32(name.utf8.count + 1), 0,
    ]
    bytes += Array("070701".utf8)
    for field in fields {
      let digits = String(field, radix: 16)
      bytes += Array((String(repeating: "0", count: 8 - digits.count) + digits).utf8)
    }
    bytes += Array(name.utf8) + [0]
    pad()
    bytes += data
    pad()
  }

  private mutating func pad() { while bytes.count % 4 != 0 { bytes.append(0) } }

  mutating func end() { add("TRAILER!!!", mode: 0) }

  func unpack(into root: Inode) throws { try bytes.withUnsafeBytes { try CpioArchive.unpack($0, into: root) } }

  /// A small root with one file of each kind.
  static func sample() -> CpioBuilder {
    var builder = CpioBuilder()
    builder.add(".", mode: 0o040755)
    builder.add("bin", mode: 0o040755)
    builder.add("bin/busybox", mode: 0o100755, data: Array(repeating: 7, count: 10_001))
    builder.add("bin/sh", mode: 0o120777, data: Array("busybox".utf8))
    builder.add("dev", mode: 0o040755)
    builder.add("dev/null", mode: 0o020666, special: (1, 3))
    builder.add("a", mode: 0o100644, links: 2, inode: 77)
    builder.add("b", mode: 0o100644, data: Array("linked".utf8), links: 2, inode: 77)
    builder.end()
    return builder
  }
}

extension KernelCoreTests {
  @Suite struct CpioTests {
    let tree = Tree()

    @Test func everyKindOfFile() throws {
      try CpioBuilder.sample().unpack(into: tree.filesystem.root)
      #expect(try tree.list("/bin") == [".", "..", "busybox", "sh"])
      #expect(try tree.find("/bin/sh") === tree.find("/bin/busybox"))
      #expect(try tree.find("/bin/busybox").size == 10_001)
      #expect(try tree.find("/bin/busybox").stat().modified.seconds == 1000)
      let null = try tree.find("/dev/null").stat()
      #expect(null.mode == FileMode(.characterDevice, 0o666) && null.specialDevice == DeviceNumber(major: 1, minor: 3))
      #expect(try tree.find("/a") === tree.find("/b"))
      #expect(try tree.read("/a") == "linked")
      #expect(try tree.find("/a").links == 2)
      #expect(tree.filesystem.root.mode == FileMode(.directory, 0o755))
    }

    @Test func archivesInARow() throws {
      var first = CpioBuilder()
      first.add("one", mode: 0o100644, data: [1])
      first.end()
      var second = CpioBuilder()
      second.add("two", mode: 0o100644, data: [2])
      second.add("one", mode: 0o100644, data: [9, 9])
      second.end()
      first.bytes += [UInt8](repeating: 0, count: 512) + second.bytes
      try first.unpack(into: tree.filesystem.root)
      #expect(try tree.find("/one").size == 2)
      #expect(try tree.find("/two").size == 1)
    }

    @Test func everyCutIsAnError() throws {
      let whole = CpioBuilder.sample().bytes
      var cut = CpioBuilder()
      for length in stride(from: 1, to: whole.count - 130, by: 7) {
        let other = Tree()
        cut.bytes = Array(whole.prefix(length))
        #expect(errno { try cut.unpack(into: other.filesystem.root) } == .EINVAL, "\(length)")
        other.filesystem.tearDown()
      }
    }

    @Test func randomDamageNeverTraps() throws {
      let whole = CpioBuilder.sample().bytes
      var random = SystemRandomNumberGenerator()
      for _ in 0..<3000 {
        let other = Tree(maximumPages: 100)
        var damaged = CpioBuilder()
        damaged.bytes = whole
        for _ in 0..<Int.random(in: 1...8, using: &random) {
          let place =
            Bool.random(using: &random)
            ? Int.random(in: 0..<300, using: &random) : Int.random(in: 0..<whole.count, using: &random)
          damaged.bytes[place] =
            Bool.random(using: &random)
            ? UInt8.random(in: 0...255, using: &random)
            : Array("0123456789abcdefF/.".utf8).randomElement(using: &random)!
        }
        _ = try? damaged.unpack(into: other.filesystem.root)
        other.filesystem.tearDown()
      }
    }

    @Test func damageIsFullyFreed() throws {
      let before = Frames.freeCount
      do {
        let other = Tree()
        var bad = CpioBuilder.sample()
        bad.bytes.removeLast(140)
        _ = try? bad.unpack(into: other.filesystem.root)
        other.filesystem.tearDown()
      }
      #expect(Frames.freeCount == before)
    }

    @Test func namesStayInsideTheRoot() throws {
      try tree.makeDirectory("/root")
      var archive = CpioBuilder()
      archive.add("../../escape", mode: 0o100644, data: [1])
      archive.add("/absolute", mode: 0o100644, data: [1])
      archive.end()
      try archive.unpack(into: try tree.find("/root"))
      #expect(try tree.list("/root") == [".", "..", "absolute", "escape"])
      #expect(try tree.list("/") == [".", "..", "root"])
    }

    @Test func spaceRunsOut() throws {
      let small = Tree(maximumPages: 2)
      #expect(errno { try CpioBuilder.sample().unpack(into: small.filesystem.root) } == .ENOSPC)
      small.filesystem.tearDown()
    }
  }
}
