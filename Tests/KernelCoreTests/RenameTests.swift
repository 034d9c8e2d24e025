// The corners of rename(2).

import KernelCore
import LinuxABI
import Testing

extension KernelCoreTests {
  @Suite struct RenameTests {
    let tree = Tree()

    init() throws {
      for path in ["/a", "/b", "/a/inner", "/a/inner/deep"] { try tree.makeDirectory(path) }
      try tree.make("/a/file")
      try tree.make("/b/file")
      try tree.write("/a/file", "from a")
      try tree.write("/b/file", "from b")
    }

    @Test func replacesAFile() throws {
      let old = try tree.find("/b/file")
      try tree.rename("/a/file", "/b/file")
      #expect(try tree.read("/b/file") == "from a")
      #expect(old.links == 0)
      #expect(try tree.list("/a") == [".", "..", "inner"])
    }

    @Test func ontoItselfDoesNothing() throws {
      try tree.rename("/a/file", "/a/file")
      try tree.link("/a/file", "/b/same")
      try tree.rename("/a/file", "/b/same")
      #expect(try tree.find("/a/file") === tree.find("/b/same"))
    }

    @Test func movesDirectories() throws {
      let inner = try tree.find("/a/inner")
      try tree.rename("/a/inner", "/b/moved")
      #expect(try tree.find("/b/moved/..") === tree.find("/b"))
      #expect(try tree.find("/a").links == 2)
      #expect(try tree.find("/b").links == 3)
      #expect(try tree.path(of: inner) == "/b/moved")
      #expect(try tree.path(of: tree.find("/b/moved/deep")) == "/b/moved/deep")
    }

    @Test func refusesLoops() throws {
      #expect(errno { try tree.rename("/a", "/a/inner/deep/x") } == .EINVAL)
      #expect(errno { try tree.rename("/a", "/a/x") } == .EINVAL)
      #expect(errno { try tree.rename("/a/inner/deep", "/a") } == .ENOTEMPTY)
      #expect(errno { try tree.rename("/a/inner/deep", "/a/inner") } == .ENOTEMPTY)
    }

    @Test func kindsMustMatch() throws {
      #expect(errno { try tree.rename("/a/file", "/b") } == .EISDIR)
      #expect(errno { try tree.rename("/a/inner", "/b/file") } == .ENOTDIR)
      try tree.makeDirectory("/b/empty")
      try tree.rename("/a/inner", "/b/empty")
      #expect(try tree.find("/b/empty/deep").isDirectory)
      #expect(try tree.find("/b").links == 3)
      try tree.makeDirectory("/a/again")
      #expect(errno { try tree.rename("/a/again", "/b/empty") } == .ENOTEMPTY)
      #expect(errno { try tree.rename("/none", "/x") } == .ENOENT)
    }

    @Test func noReplace() throws {
      #expect(errno { try tree.rename("/a/file", "/b/file", .noReplace) } == .EEXIST)
      try tree.rename("/a/file", "/b/new", .noReplace)
      #expect(try tree.read("/b/new") == "from a")
    }

    @Test func exchange() throws {
      try tree.rename("/a/file", "/b/file", .exchange)
      #expect(try tree.read("/a/file") == "from b")
      #expect(try tree.read("/b/file") == "from a")
      try tree.rename("/a/inner", "/b/file", .exchange)
      #expect(try tree.read("/a/inner") == "from a")
      #expect(try tree.find("/b/file/deep").isDirectory)
      #expect(try tree.find("/b/file/..") === tree.find("/b"))
      #expect(try tree.find("/a").links == 2 && tree.find("/b").links == 3)
      #expect(errno { try tree.rename("/a/file", "/b/none", .exchange) } == .ENOENT)
      #expect(errno { try tree.rename("/b", "/b/file/deep", .exchange) } == .EINVAL)
    }

    @Test func replacedDirectoriesTakeNoMoreEntries() throws {
      try tree.makeDirectory("/b/empty")
      let replaced = try tree.find("/b/empty")
      try tree.rename("/a/inner", "/b/empty")
      let node = NewNode(mode: FileMode(.regular, 0o644), as: tree.credentials)
      #expect(errno { _ = try replaced.create(Name("x"), node) } == .ENOENT)
    }

    @Test func needsWritePermission() throws {
      tree.credentials = Credentials(uid: 7, gid: 7)
      #expect(errno { try tree.rename("/a/file", "/x") } == .EACCES)
    }
  }
}
