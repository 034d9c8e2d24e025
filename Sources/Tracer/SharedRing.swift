// The transport in shared memory: bytes of the stream in a ring that kernel and reader both see, and commands back in a
// small one. docs/wire-format.md has the layout. The same code is the kernel's side and the reader's.
//
// One writer and one reader for each ring. A position counts bytes since the beginning and is only ever added to by its
// owner, after the bytes are there or have been taken. What the other side has written is not believed beyond the
// ring's size.
import CMachine

public struct SharedRing {
  /// Offsets in bytes; each position has a cache line of its own.
  public enum Layout {
    public static var magic: UInt64 { 0x474e_4952_5355_5041 }  // "APUSRING"
    public static var version: UInt64 { 1 }
    static var magicAt: Int { 0 }
    static var versionAt: Int { 8 }
    static var dataBytesAt: Int { 16 }
    static var doorbellAt: Int { 24 }
    static var streamHeadAt: Int { 64 }
    static var streamTailAt: Int { 128 }
    static var commandHeadAt: Int { 192 }
    static var commandTailAt: Int { 256 }
    static var commandsAt: Int { 4096 }
    public static var commandBytes: Int { 4096 }
    public static var dataAt: Int { 8192 }
    /// The writer rings once for so many bytes.
    public static var bytesPerBell: UInt64 { 1024 }
  }

  private let memory: UnsafeMutableRawPointer
  /// Bytes of the stream's ring.
  public let dataBytes: Int
  /// The port to write a byte to for each KiB of the stream; 0 for none.
  public let doorbell: UInt16

  /// Makes a ring in `memory`, zeroed, `bytes` long. The reader's, before the kernel starts.
  public init(make memory: UnsafeMutableRawPointer, bytes: Int, doorbell: UInt16) {
    self.memory = memory
    dataBytes = bytes - Layout.dataAt
    self.doorbell = doorbell
    memory.storeBytes(of: Layout.version, toByteOffset: Layout.versionAt, as: UInt64.self)
    memory.storeBytes(of: UInt64(dataBytes), toByteOffset: Layout.dataBytesAt, as: UInt64.self)
    memory.storeBytes(of: UInt64(doorbell), toByteOffset: Layout.doorbellAt, as: UInt64.self)
    apus_trace_store(word(Layout.magicAt), Layout.magic)
  }

  /// A ring that somebody has made; nil when `bytes` of memory hold none.
  public init?(at memory: UnsafeMutableRawPointer, bytes: Int) {
    self.memory = memory
    guard bytes > Layout.dataAt, memory.load(fromByteOffset: Layout.magicAt, as: UInt64.self) == Layout.magic,
      memory.load(fromByteOffset: Layout.versionAt, as: UInt64.self) == Layout.version
    else { return nil }
    let size = memory.load(fromByteOffset: Layout.dataBytesAt, as: UInt64.self)
    guard size > 0, size <= UInt64(bytes - Layout.dataAt) else { return nil }
    dataBytes = Int(truncatingIfNeeded: size)
    doorbell = UInt16(truncatingIfNeeded: memory.load(fromByteOffset: Layout.doorbellAt, as: UInt64.self))
  }

  // MARK: The stream

  /// Takes what fits; returns how many bytes, and whether a KiB has become full: then the doorbell is due.
  public func write(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> (taken: Int, isBellDue: Bool) {
    let head = apus_trace_load(word(Layout.streamHeadAt))
    let waiting = head &- apus_trace_load(word(Layout.streamTailAt))
    guard waiting < UInt64(truncatingIfNeeded: dataBytes) else { return (0, false) }
    let room = dataBytes &- Int(truncatingIfNeeded: waiting)
    let taken = count < room ? count : room
    copyIn(bytes, taken, at: head)
    let next = head &+ UInt64(truncatingIfNeeded: taken)
    apus_trace_store(word(Layout.streamHeadAt), next)
    return (taken, next / Layout.bytesPerBell != head / Layout.bytesPerBell)
  }

  /// Takes up to `count` bytes of the stream out; returns how many. A writer that claims more than fits has lost its
  /// mind or its memory: then all is skipped.
  public func read(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
    let head = apus_trace_load(word(Layout.streamHeadAt))
    let tail = apus_trace_load(word(Layout.streamTailAt))
    let waiting = head &- tail
    guard waiting <= UInt64(truncatingIfNeeded: dataBytes) else {
      apus_trace_store(word(Layout.streamTailAt), head)
      return 0
    }
    let available = Int(truncatingIfNeeded: waiting)
    let taken = count < available ? count : available
    copyOut(bytes, taken, at: tail)
    apus_trace_store(word(Layout.streamTailAt), tail &+ UInt64(truncatingIfNeeded: taken))
    return taken
  }

  // MARK: Commands

  /// The reader's: hands bytes to the kernel; false when there is no room for all of them.
  public func send(_ bytes: [UInt8]) -> Bool {
    let head = apus_trace_load(word(Layout.commandHeadAt))
    let used = head &- apus_trace_load(word(Layout.commandTailAt))
    guard used <= UInt64(Layout.commandBytes), bytes.count <= Layout.commandBytes - Int(used) else { return false }
    for (offset, byte) in bytes.enumerated() {
      let place = Int((head &+ UInt64(offset)) % UInt64(Layout.commandBytes))
      memory.storeBytes(of: byte, toByteOffset: Layout.commandsAt + place, as: UInt8.self)
    }
    apus_trace_store(word(Layout.commandHeadAt), head &+ UInt64(bytes.count))
    return true
  }

  /// The kernel's: the next byte of a command.
  public func receive() -> UInt8? {
    let tail = apus_trace_load(word(Layout.commandTailAt))
    guard apus_trace_load(word(Layout.commandHeadAt)) != tail else { return nil }
    let place = Int(truncatingIfNeeded: tail) & (Layout.commandBytes &- 1)
    let byte = memory.load(fromByteOffset: Layout.commandsAt &+ place, as: UInt8.self)
    apus_trace_store(word(Layout.commandTailAt), tail &+ 1)
    return byte
  }

  // MARK: Copies, in two pieces where the ring ends

  private func copyIn(_ bytes: UnsafePointer<UInt8>, _ count: Int, at position: UInt64) {
    let start = Int(truncatingIfNeeded: position % UInt64(truncatingIfNeeded: dataBytes))
    let first = count < dataBytes &- start ? count : dataBytes &- start
    (memory + Layout.dataAt + start).copyMemory(from: bytes, byteCount: first)
    if first < count { (memory + Layout.dataAt).copyMemory(from: bytes + first, byteCount: count &- first) }
  }

  private func copyOut(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, at position: UInt64) {
    let start = Int(truncatingIfNeeded: position % UInt64(truncatingIfNeeded: dataBytes))
    let first = count < dataBytes &- start ? count : dataBytes &- start
    UnsafeMutableRawPointer(bytes).copyMemory(from: memory + Layout.dataAt + start, byteCount: first)
    if first < count {
      UnsafeMutableRawPointer(bytes + first).copyMemory(from: memory + Layout.dataAt, byteCount: count &- first)
    }
  }

  private func word(_ offset: Int) -> UnsafeMutablePointer<UInt64> {
    (memory + offset).assumingMemoryBound(to: UInt64.self)
  }
}
