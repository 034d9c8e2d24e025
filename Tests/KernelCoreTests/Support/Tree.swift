// A tmpfs and somebody who works in it, by paths, as a program does.

import KernelCore
import LinuxABI

final class Tree {
  let filesystem: Tmpfs
  var credentials = Credentials()
  let context: FilesystemContext

  init(maximumPages: Int? = nil, maximumInodes: Int? = nil) {
    Machine.start()
    filesystem = Tmpfs(maximumPages: maximumPages, maximumInodes: maximumInodes)
    MountTable.mountRoot(filesystem, source: Name("rootfs"))
    context = FilesystemContext(root: filesystem.root)
  }

  func walk<Result>(_ path: String, _ body: (inout PathWalk) throws -> Result) throws -> Result {
    var bytes = Array(path.utf8)
    bytes.append(0)
    return try bytes.withUnsafeBufferPointer { buffer in
      let name = Name(buffer.baseAddress!, count: buffer.count - 1)
      var walk = try PathWalk(name, from: context.workingDirectory, root: context.root, as: credentials)
      return try body(&walk)
    }
  }

  func find(_ path: String, followLast: Bool = true) throws -> Inode {
    try walk(path) { try $0.resolve(followLast: followLast) }
  }

  /// Does something with a path's directory and last component.
  func atParent<Result>(_ path: String, _ body: (Inode, Name) throws -> Result) throws -> Result {
    try walk(path) { walk in
      try walk.walkToLast()
      try walk.checkSearch()
      return try body(walk.directory, walk.last)
    }
  }

  @discardableResult
  func make(_ path: String, _ type: FileType = .regular, _ permissions: UInt32 = 0o755) throws -> Inode {
    try atParent(path) { directory, name in
      try directory.create(name, NewNode(mode: FileMode(type, permissions), as: credentials))
    }
  }

  func makeDirectory(_ path: String) throws { try make(path, .directory) }

  func symlink(_ path: String, to target: String) throws {
    var bytes = Array(target.utf8)
    try bytes.withUnsafeMutableBufferPointer { buffer in
      let text = Name(UnsafeRawBufferPointer(buffer))
      try atParent(path) { directory, name in
        _ = try directory.symlink(
          name, target: text, NewNode(mode: FileMode(.symbolicLink, 0o777), as: credentials))
      }
    }
  }

  func link(_ old: String, _ new: String) throws {
    let inode = try find(old, followLast: false)
    try atParent(new) { directory, name in try directory.link(name, to: inode) }
  }

  func unlink(_ path: String) throws {
    try atParent(path) { directory, name in try directory.unlink(name, as: credentials) }
  }

  func rmdir(_ path: String) throws {
    try atParent(path) { directory, name in try directory.rmdir(name, as: credentials) }
  }

  func rename(_ old: String, _ new: String, _ flags: RenameFlags = []) throws {
    try atParent(old) { oldDirectory, oldName in
      try atParent(new) { newDirectory, newName in
        try oldDirectory.rename(oldName, to: newDirectory, as: newName, flags, by: credentials)
      }
    }
  }

  func write(_ path: String, _ text: String, at offset: Int64 = 0, append: Bool = false) throws {
    try find(path).put(text, at: offset, append: append)
  }

  func read(_ path: String) throws -> String { String(decoding: try find(path).bytes(), as: UTF8.self) }

  /// The names that getdents gives, sorted.
  func list(_ path: String) throws -> [String] { try find(path).names(bufferSize: 4096).sorted() }

  func path(of inode: Inode) throws -> String { try pathText(of: inode, root: context.root) }
}

func pathText(of inode: Inode, root: Inode) throws -> String {
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
  defer { buffer.deallocate() }
  let name = try PathText.render(inode, root: root, into: buffer)
  return String(decoding: UnsafeBufferPointer(start: name.base, count: name.count), as: UTF8.self)
}

extension Inode {
  func put(_ text: String, at offset: Int64 = 0, append: Bool = false) throws {
    var bytes = Array(text.utf8)
    try bytes.withUnsafeMutableBytes { buffer in
      var transfer = UserTransfer(kernel: buffer.baseAddress!, count: buffer.count)
      _ = try write(&transfer, at: offset, append: append)
    }
  }

  func bytes(from offset: Int64 = 0, count: Int? = nil) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0xee, count: count ?? Int(size))
    guard !bytes.isEmpty else { return [] }
    let moved = try bytes.withUnsafeMutableBytes { buffer in
      var transfer = UserTransfer(kernel: buffer.baseAddress!, count: buffer.count)
      try read(&transfer, at: offset)
      return transfer.transferred
    }
    return Array(bytes.prefix(moved))
  }

  /// Lists the directory through buffers of a size.
  func names(bufferSize: Int) throws -> [String] {
    var position: Int64 = 0
    var names: [String] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 8)
    defer { buffer.deallocate() }
    while true {
      var writer = DirentWriter(buffer, .linux64, position: position)
      try list(&writer)
      if writer.count == 0 { return names }
      names += decode(UnsafeRawBufferPointer(rebasing: buffer[..<writer.count]))
      position = writer.position
    }
  }

  private func decode(_ records: UnsafeRawBufferPointer) -> [String] {
    var names: [String] = []
    var offset = 0
    while offset < records.count {
      let length = Int(records.load(fromByteOffset: offset + 16, as: UInt16.self))
      names.append(String(decoding: records[(offset + 19)..<(offset + length)].prefix { $0 != 0 }, as: UTF8.self))
      offset += length
    }
    return names
  }
}
