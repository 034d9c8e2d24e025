// Path resolution.

import KernelCore
import LinuxABI
import Testing

extension KernelCoreTests {
  @Suite struct PathWalkTests {
    let tree = Tree()

    init() throws {
      try tree.makeDirectory("/a")
      try tree.makeDirectory("/a/b")
      try tree.make("/a/b/file")
    }

    @Test func plainPaths() throws {
      let file = try tree.find("/a/b/file")
      for path in ["//a///b/file", "/a/./b/../b/file", "/../../a/b/file", "a/b/file", "./a/b/file"] {
        #expect(try tree.find(path) === file, "\(path)")
      }
      #expect(try tree.find("/") === tree.filesystem.root)
      #expect(try tree.find("/a/b/..") === tree.find("/a"))
      #expect(try tree.find("/a/b/.") === tree.find("/a/b/"))
    }

    @Test func errors() throws {
      #expect(errno { _ = try tree.find("") } == .ENOENT)
      #expect(errno { _ = try tree.find("/a/x") } == .ENOENT)
      #expect(errno { _ = try tree.find("/a/x/y") } == .ENOENT)
      #expect(errno { _ = try tree.find("/a/b/file/") } == .ENOTDIR)
      #expect(errno { _ = try tree.find("/a/b/file/x") } == .ENOTDIR)
      #expect(errno { _ = try tree.find("/a/b/file/..") } == .ENOTDIR)
      #expect(errno { _ = try tree.find("/" + String(repeating: "n", count: 256)) } == .ENAMETOOLONG)
      #expect(errno { _ = try tree.find(String(repeating: "/a", count: 2048)) } == .ENAMETOOLONG)
      #expect(errno { _ = try tree.find("/" + String(repeating: "n", count: 255)) } == .ENOENT)
    }

    @Test func workingDirectory() throws {
      tree.context.workingDirectory = try tree.find("/a/b")
      #expect(try tree.find("file") === tree.find("/a/b/file"))
      #expect(try tree.find("..") === tree.find("/a"))
      #expect(try tree.find("../../../a/b/file") === tree.find("file"))
    }

    @Test func symbolicLinks() throws {
      try tree.symlink("/absolute", to: "/a/b")
      try tree.symlink("/a/relative", to: "b/file")
      try tree.symlink("/a/up", to: "../a/./b")
      try tree.symlink("/slash", to: "a/b/")
      let file = try tree.find("/a/b/file")
      #expect(try tree.find("/absolute/file") === file)
      #expect(try tree.find("/a/relative") === file)
      #expect(try tree.find("/a/up/file") === file)
      #expect(try tree.find("/slash/file") === file)
      #expect(try tree.find("/slash") === tree.find("/a/b"))
      #expect(try tree.find("/absolute", followLast: false).mode.isSymbolicLink)
      #expect(try tree.find("/absolute/", followLast: false) === tree.find("/a/b"))
      #expect(errno { _ = try tree.find("/a/relative/") } == .ENOTDIR)
    }

    @Test func linksOfLinksEndAtForty() throws {
      try tree.make("/l0")
      for level in 1...41 { try tree.symlink("/l\(level)", to: "l\(level - 1)") }
      #expect(try tree.find("/l40") === tree.find("/l0"))
      #expect(errno { _ = try tree.find("/l41") } == .ELOOP)
      try tree.symlink("/loop", to: "loop")
      #expect(errno { _ = try tree.find("/loop") } == .ELOOP)
      #expect(errno { _ = try tree.find("/loop/x") } == .ELOOP)
    }

    @Test func longLinksAreSplicedOrRefused() throws {
      let long = String(repeating: "./", count: 2000)
      try tree.symlink("/long", to: long + "a")
      #expect(try tree.find("/long/b/file") === tree.find("/a/b/file"))
      #expect(try tree.find("/long/../long/b/file") === tree.find("/a/b/file"))
      #expect(try tree.find("/long/" + String(repeating: "./", count: 2040)) === tree.find("/a"))
    }

    @Test func searchPermission() throws {
      try tree.find("/a").setMode(FileMode(.directory, 0o700), as: tree.credentials)
      tree.credentials = Credentials(uid: 1000, gid: 1000)
      #expect(errno { _ = try tree.find("/a/b/file") } == .EACCES)
      #expect(try tree.find("/a").isDirectory)
    }

    @Test func rootIsTheTop() throws {
      tree.context.root = try tree.find("/a")
      #expect(try tree.find("/b/file") === tree.find("/../../b/file"))
      #expect(errno { _ = try tree.find("/a") } == .ENOENT)
    }

    @Test func mountPointsAreCrossed() throws {
      let other = Tmpfs()
      let covered = try tree.find("/a/b")
      try MountTable.mount(other, on: covered, source: Name("other"))
      #expect(try tree.find("/a/b") === other.root)
      #expect(errno { _ = try tree.find("/a/b/file") } == .ENOENT)
      try tree.makeDirectory("/a/b/inner")
      #expect(try tree.find("/a/b/inner/../..") === tree.find("/a"))
      #expect(try tree.path(of: tree.find("/a/b/inner")) == "/a/b/inner")
      #expect(errno { try tree.rmdir("/a/b") } == .EBUSY)
      #expect(errno { try MountTable.unmount(tree.filesystem.root, evenIfBusy: false) } == .EBUSY)
      try MountTable.unmount(other.root, evenIfBusy: false)
      #expect(try tree.find("/a/b/file").mode.isRegular)
    }

    @Test func pathsOfInodes() throws {
      #expect(try tree.path(of: tree.find("/a/b/file")) == "/a/b/file")
      #expect(try tree.path(of: tree.find("/")) == "/")
      let file = try tree.find("/a/b/file")
      try tree.rename("/a/b/file", "/a/other")
      #expect(try tree.path(of: file) == "/a/other")
      try tree.unlink("/a/other")
      #expect(errno { _ = try tree.path(of: file) } == .ENOENT)
    }
  }
}
