// /proc and /dev.

import KernelCore
import LinuxABI
import Testing

final class RecordingInspector: ProcessInspector {
  let tree: Tree
  let table: FileTable
  var program: Inode?

  init(_ tree: Tree) throws {
    self.tree = tree
    table = try FileTable()
  }

  override func currentProcess() -> Int32 { 7 }
  override func nextProcess(from first: Int32) -> Int32? { [1, 7, 300].first { $0 >= first } }

  override func details(_ pid: Int32) -> ProcessDetails? {
    guard [1, 7, 300].contains(pid) else { return nil }
    var result = ProcessDetails()
    result.pid = pid
    result.parent = 1
    result.group = pid
    result.session = 1
    result.state = UInt8(ascii: "S")
    for (index, byte) in "sh".utf8.enumerated() { result.name[index] = byte }
    result.virtualBytes = 8192
    result.residentPages = 2
    return result
  }

  override func currentThread() -> Int32 { 9 }
  override func nextThread(of pid: Int32, from first: Int32) -> Int32? {
    pid == 7 ? [7, 9].first { $0 >= first } : nil
  }

  override func details(_ pid: Int32, thread: Int32) -> ProcessDetails? {
    guard pid == 7, thread == 7 || thread == 9, var result = details(pid) else { return nil }
    result.thread = thread
    result.name[0] = UInt8(ascii: "t")
    return result
  }

  override func appendArguments(_ pid: Int32, to text: inout TextBuffer) { text.append("sh\0-c\0true\0") }

  override func forEachMapping(_ pid: Int32, _ body: (MappingDetails) -> Void) {
    var area = MappingDetails()
    (area.start, area.end, area.isReadable, area.isExecutable) = (0x400000, 0x401000, true, true)
    area.inode = program
    body(area)
    area = MappingDetails()
    (area.start, area.end, area.isReadable, area.isWritable) = (0x5fff_fff0_0000, 0x6000_0000_0000, true, true)
    area.kind = .stack
    body(area)
  }

  override func executable(_ pid: Int32) -> Inode? { program }
  override func context(_ pid: Int32) -> FilesystemContext? { tree.context }
  override func files(_ pid: Int32) -> FileTable? { pid == 7 ? table : nil }
  override func system() -> SystemDetails {
    var result = SystemDetails()
    (result.totalBytes, result.freeBytes, result.uptimeTicks) = (64 << 20, 32 << 20, 12345)
    result.times[0].idle = 999
    return result
  }
  override func appendHostName(to text: inout TextBuffer) { text.append("apus") }
}

extension KernelCoreTests {
  @Suite struct ProcTests {
    let tree = Tree()
    let inspector: RecordingInspector

    init() throws {
      inspector = try RecordingInspector(tree)
      try tree.makeDirectory("/proc")
      try tree.makeDirectory("/bin")
      inspector.program = try tree.make("/bin/sh")
      try MountTable.mount(ProcFilesystem(inspector), on: tree.find("/proc"), source: Name("proc"))
    }

    func text(_ path: String, step: Int = 100) throws -> String { try tree.find(path).open([]).all(step: step) }

    func link(_ path: String) throws -> String {
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
      defer { buffer.deallocate() }
      let count = try tree.find(path, followLast: false).readLink(into: buffer)
      return String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    @Test func systemFiles() throws {
      #expect(try text("/proc/meminfo").hasPrefix("MemTotal:          65536 kB\nMemFree:           32768 kB\n"))
      #expect(try text("/proc/uptime") == "123.45 9.99\n")
      #expect(try text("/proc/loadavg") == "0.00 0.00 0.00 1/1 1\n")
      #expect(try text("/proc/sys/kernel/hostname") == "apus\n")
      #expect(try text("/proc/sys/kernel/ostype") == "Linux\n")
      #expect(try text("/proc/version").hasPrefix("Linux version "))
      #expect(try text("/proc/stat").hasPrefix("cpu  0 0 0 999 0 0 0 0 0 0\ncpu0 0 0 0 999 0 "))
      #expect(try text("/proc/filesystems").contains("nodev\tproc\n"))
      #expect(try text("/proc/meminfo", step: 3) == text("/proc/meminfo"))
    }

    @Test func processFiles() throws {
      #expect(try text("/proc/7/comm") == "sh\n")
      #expect(try text("/proc/self/cmdline") == "sh\0-c\0true\0")
      let fields = try text("/proc/7/stat").split(separator: " ")
      #expect(fields.count == 52)
      #expect(fields.prefix(6).joined(separator: " ") == "7 (sh) S 1 7 1")
      #expect(fields[22] == "8192" && fields[23] == "2")
      #expect(try text("/proc/7/status").contains("Name:\tsh\nUmask:\t022\nState:\tS (sleeping)\nTgid:\t7\n"))
      #expect(try text("/proc/7/statm") == "2 2 0 0 0 2 0\n")
      #expect(errno { _ = try tree.find("/proc/8") } == .ENOENT)
      #expect(errno { _ = try tree.find("/proc/07") } == .ENOENT)
    }

    @Test func maps() throws {
      let lines = try text("/proc/self/maps").split(separator: "\n")
      #expect(lines[0].hasPrefix("00400000-00401000 r-xp 00000000 00:"))
      #expect(lines[0].hasSuffix(" /bin/sh"))
      #expect(lines[1].hasPrefix("5ffffff00000-600000000000 rw-p 00000000 00:00 0 "))
      #expect(lines[1].hasSuffix(" [stack]"))
      #expect(lines[1].firstIndex(of: "[")?.utf16Offset(in: lines[1]) == 73)
    }

    @Test func mounts() throws {
      #expect(try text("/proc/mounts") == "rootfs / tmpfs rw,relatime 0 0\nproc /proc proc rw,relatime 0 0\n")
    }

    @Test func listings() throws {
      let root = try tree.list("/proc")
      #expect(root.contains("1") && root.contains("7") && root.contains("300") && root.contains("self"))
      #expect(try Set(tree.find("/proc").names(bufferSize: 40)) == Set(root))
      #expect(try tree.find("/proc").names(bufferSize: 40).count == root.count)
      #expect(try tree.list("/proc/7").count == 15)
      #expect(try tree.find("/proc/7/..") === tree.find("/proc"))
      #expect(try tree.path(of: tree.find("/proc/7/fd")) == "/proc/7/fd")
      #expect(try tree.path(of: tree.find("/proc/sys/kernel")) == "/proc/sys/kernel")
    }

    @Test func threads() throws {
      #expect(try tree.list("/proc/7/task") == [".", "..", "7", "9"])
      #expect(try text("/proc/7/task/9/comm") == "th\n")
      #expect(try text("/proc/7/task/9/stat").hasPrefix("9 (th) S 1 "))
      #expect(try text("/proc/7/task/9/status").contains("Tgid:\t7\nNgid:\t0\nPid:\t9\n"))
      #expect(errno { _ = try tree.find("/proc/7/task/8") } == .ENOENT)
      #expect(errno { _ = try tree.find("/proc/1/task/1") } == .ENOENT)
      #expect(try link("/proc/thread-self") == "7/task/9")
      #expect(try tree.path(of: tree.find("/proc/7/task/9")) == "/proc/7/task/9")
    }

    @Test func magicLinks() throws {
      #expect(try link("/proc/self") == "7")
      #expect(try link("/proc/self/exe") == "/bin/sh")
      #expect(try tree.find("/proc/self/exe") === inspector.program)
      #expect(try tree.find("/proc/self/cwd/bin/sh") === inspector.program)
      try tree.unlink("/bin/sh")
      #expect(try tree.find("/proc/self/exe") === inspector.program)
      #expect(try link("/proc/self/exe").hasSuffix(" (deleted)"))
    }

    @Test func descriptors() throws {
      _ = try inspector.table.install(inspector.program!.open([]))
      let (reader, writer) = try FIFOInode.makePipe([])
      _ = try inspector.table.install(reader)
      _ = try inspector.table.install(writer, from: 5)
      #expect(try tree.list("/proc/self/fd") == [".", "..", "0", "1", "5"])
      #expect(try link("/proc/self/fd/0") == "/bin/sh")
      #expect(try link("/proc/self/fd/1").hasPrefix("pipe:["))
      #expect(errno { _ = try tree.find("/proc/self/fd/2") } == .ENOENT)
      let again = try tree.find("/proc/self/fd/5").open(.writeOnly)
      again.put("through the link")
      #expect(reader.get().text == "through the link")
    }

    @Test func nothingCanBeMadeOrWritten() throws {
      #expect(errno { try tree.make("/proc/x") } == .EPERM)
      #expect(errno { try tree.unlink("/proc/meminfo") } == .EPERM)
      #expect(errno { _ = try tree.find("/proc/meminfo").open(.writeOnly) } == .EACCES)
    }
  }

  @Suite struct DeviceTests {
    let tree = Tree()

    /// Drivers register once in a life of the module.
    private static let registered: Bool = {
      MemoryDevice.registerAll(randomWord: { 0x0102_0304_0506_0708 })
      return true
    }()

    init() throws {
      #expect(Self.registered)
      try tree.makeDirectory("/dev")
      try MountTable.mount(DeviceFilesystem.make(), on: tree.find("/dev"), source: Name("devtmpfs"))
    }

    @Test func memoryDevices() throws {
      let null = try tree.find("/dev/null").open(.readWrite)
      #expect(null.get() == ("", nil))
      #expect(null.put("gone") == (4, nil))
      let zero = try tree.find("/dev/zero").open(.readWrite)
      #expect(zero.get(5000).text.utf8.allSatisfy { $0 == 0 })
      #expect(try tree.find("/dev/full").open(.readWrite).put("x").error == .ENOSPC)
      #expect(try Array(tree.find("/dev/urandom").open([]).get(9).text.utf8) == [8, 7, 6, 5, 4, 3, 2, 1, 8])
      #expect(errno { _ = try tree.find("/dev/console").open([]) } == .ENXIO)
      #expect(try null.seek(100, Whence.end) == 0)
    }
  }
}
