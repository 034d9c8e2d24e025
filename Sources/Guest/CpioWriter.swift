// Writes cpio archives of the "newc" format, which kernels take as initramfs.
//
// Entries are padded to 4 bytes, and the archive ends with "TRAILER!!!" (kernel Documentation, driver-api/early-userspace/
// buffer-format). Everything belongs to root and has the time 0, so equal content gives equal bytes.

public struct CpioWriter {
  private var bytes: [UInt8] = []
  private var nextInode: UInt32 = 1
  private var directories: Set<String> = []

  public init() {}

  public mutating func directory(_ path: String, mode: UInt32 = 0o755) {
    guard directories.insert(path).inserted else { return }
    addParents(of: path)
    append(path, mode: 0o040000 | mode, content: [])
  }

  public mutating func file(_ path: String, mode: UInt32 = 0o644, content: [UInt8]) {
    addParents(of: path)
    append(path, mode: 0o100000 | mode, content: content)
  }

  public mutating func symbolicLink(_ path: String, to target: String) {
    addParents(of: path)
    append(path, mode: 0o120777, content: Array(target.utf8))
  }

  public mutating func characterDevice(_ path: String, mode: UInt32, major: UInt32, minor: UInt32) {
    addParents(of: path)
    append(path, mode: 0o020000 | mode, content: [], device: (major, minor))
  }

  /// The finished archive.
  public func finish() -> [UInt8] {
    var copy = self
    copy.append("TRAILER!!!", mode: 0, content: [])
    return copy.bytes
  }

  private mutating func addParents(of path: String) {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
    directory(String(path[..<slash]))
  }

  private mutating func append(_ path: String, mode: UInt32, content: [UInt8], device: (UInt32, UInt32) = (0, 0)) {
    let name = Array(path.drop { $0 == "/" }.utf8)
    bytes += Array("070701".utf8)
    let fields = [
      nextInode, mode, 0, 0, 1, 0, UInt32(content.count), 0, 0, device.0, device.1, UInt32(name.count + 1), 0,
    ]
    for field in fields { appendHex(field) }
    bytes += name
    bytes.append(0)
    pad()
    bytes += content
    pad()
    nextInode += 1
  }

  private mutating func appendHex(_ value: UInt32) {
    let digits = Array("0123456789abcdef".utf8)
    for shift in stride(from: 28, through: 0, by: -4) { bytes.append(digits[Int(value >> UInt32(shift)) & 15]) }
  }

  private mutating func pad() { while bytes.count % 4 != 0 { bytes.append(0) } }
}
