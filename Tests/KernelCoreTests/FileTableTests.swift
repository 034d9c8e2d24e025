// Descriptors.

import KernelCore
import LinuxABI
import Testing

extension KernelCoreTests {
  @Suite struct FileTableTests {
    let tree = Tree()
    let table: FileTable

    init() throws {
      table = try FileTable()
      try tree.make("/f")
    }

    func open() throws -> OpenFile { try tree.find("/f").open(.readWrite) }

    @Test func theLowestNumberIsGiven() throws {
      for expected in 0..<5 { #expect(try table.install(open()) == expected) }
      try table.close(1)
      try table.close(3)
      #expect(try table.install(open()) == 1)
      #expect(try table.install(open()) == 3)
      #expect(try table.install(open()) == 5)
      #expect(try table.duplicate(0, from: 10) == 10)
      #expect(try table.duplicate(0, from: 10) == 11)
      #expect(try table.duplicate(0, from: 3) == 6)
    }

    @Test func badNumbers() throws {
      for descriptor: Int32 in [-1, 0, 63, 64, 1000, .max, .min] {
        #expect(errno { try table.close(descriptor) } == .EBADF)
        #expect(errno { _ = try table.retained(descriptor) } == .EBADF)
        #expect(errno { try table.withFile(descriptor) { (_: OpenFile) throws(Errno) in } } == .EBADF)
      }
    }

    @Test func limits() throws {
      table.limit = 100
      for _ in 0..<100 { _ = try table.install(open()) }
      #expect(errno { _ = try table.install(open()) } == .EMFILE)
      #expect(errno { try table.checkRoom() } == .EMFILE)
      #expect(errno { _ = try table.duplicate(0, from: 100) } == .EINVAL)
      #expect(errno { try table.duplicate(0, to: 100, closeOnExec: false) } == .EBADF)
      try table.close(42)
      #expect(try table.install(open()) == 42)
    }

    @Test func replacingClosesTheOldFile() throws {
      weak var old: OpenFile?
      do {
        let file = try open()
        old = file
        _ = try table.install(file)
        _ = try table.install(open())
      }
      #expect(old != nil)
      try table.duplicate(1, to: 0, closeOnExec: true)
      #expect(old == nil)
      #expect(try table.isCloseOnExec(0) && !table.isCloseOnExec(1))
      #expect(try table.retained(0) === table.retained(1))
    }

    @Test func closeOnExecIsPerDescriptor() throws {
      _ = try table.install(open(), closeOnExec: true)
      _ = try table.duplicate(0)
      let copy = try table.fork()
      #expect(try copy.isCloseOnExec(0) && !copy.isCloseOnExec(1))
      copy.closeForExec()
      #expect(copy.next(from: 0) == 1)
      #expect(table.next(from: 0) == 0)
      #expect(try copy.retained(1) === table.retained(1))
    }

    @Test func forkSharesOffsets() throws {
      _ = try table.install(open())
      let copy = try table.fork()
      try table.withFile(0) { (file: OpenFile) throws(Errno) in _ = file.put("hello") }
      #expect(try copy.retained(0).offset == 5)
    }

    @Test func growthKeepsEverything() throws {
      let files = try (0..<300).map { _ in try open() }
      for (index, file) in files.enumerated() { #expect(try table.install(file) == index) }
      for (index, file) in files.enumerated() { #expect(try table.retained(Int32(index)) === file) }
      table.closeRange(10, through: 289)
      #expect(table.next(from: 10) == 290)
      #expect(try table.install(open()) == 10)
    }

    @Test func pathOnlyFilesAreNotForUse() throws {
      _ = try table.install(OpenFile(tree.find("/f"), .path))
      #expect(errno { try table.withFile(0) { (_: OpenFile) throws(Errno) in } } == .EBADF)
      try table.withAnyFile(0) { (_: OpenFile) throws(Errno) in }
    }

    @Test func randomUseFindsTheLowestAlways() throws {
      var model: Set<Int32> = []
      for _ in 0..<5000 {
        if model.count < 200, Bool.random() {
          var expected: Int32 = 0
          while model.contains(expected) { expected += 1 }
          #expect(try table.install(open()) == expected)
          model.insert(expected)
        } else if let victim = model.randomElement() {
          try table.close(victim)
          model.remove(victim)
        }
      }
    }

    @Test func sharedTablesWorkToo() throws {
      _ = try table.install(open())
      table.isShared = true
      #expect(try table.withFile(0) { (file: OpenFile) throws(Errno) in file.put("x").count } == 1)
      #expect(errno { try table.withFile(7) { (_: OpenFile) throws(Errno) in } } == .EBADF)
    }

    @Test func seeking() throws {
      let file = try open()
      file.put("hello world")
      #expect(try file.seek(-5, Whence.end) == 6)
      #expect(file.get(3).text == "wor")
      #expect(try file.seek(-8, Whence.current) == 1)
      #expect(file.get(4).text == "ello")
      #expect(errno { _ = try file.seek(-1, Whence.set) } == .EINVAL)
      #expect(errno { _ = try file.seek(0, 9) } == .EINVAL)
      #expect(errno { _ = try file.seek(.max, Whence.current) } == .EOVERFLOW)
      #expect(try file.seek(1 << 40, Whence.set) == 1 << 40)
      #expect(file.get().text == "")
    }

    @Test func appendingGoesToTheEnd() throws {
      let first = try tree.find("/f").open([.writeOnly, .append])
      let second = try tree.find("/f").open([.writeOnly, .append])
      first.put("one ")
      second.put("two ")
      first.put("three")
      #expect(try tree.read("/f") == "one two three")
    }

    @Test func advisoryLocks() throws {
      let inode = try tree.find("/f")
      let (a, b) = (try open(), try open())
      try inode.flock(a, FileLock.shared)
      try inode.flock(b, FileLock.shared)
      #expect(errno { try inode.flock(a, FileLock.exclusive) } == .EAGAIN)
      try inode.flock(b, FileLock.unlock)
      try inode.flock(a, FileLock.exclusive)
      #expect(errno { try inode.flock(b, FileLock.shared) } == .EAGAIN)
      do {
        let c = try open()
        #expect(errno { try inode.flock(c, FileLock.exclusive) } == .EAGAIN)
      }
      try inode.flock(a, FileLock.unlock)
      do {
        let d = try open()
        try inode.flock(d, FileLock.exclusive)
      }
      try inode.flock(b, FileLock.exclusive)
    }
  }
}
