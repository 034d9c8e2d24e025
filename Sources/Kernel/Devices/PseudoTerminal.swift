// Pseudo-terminals (pty(7)): a terminal whose line is a program's.
//
// The master end's bytes go through the line discipline as if they were typed; what programs write to the terminal waits
// in `ring` for the master. Lock: `state` (class event) guards the ring; the terminal has its own, taken around it.

import CMachine
import KernelCore
import LinuxABI

/// The line between a master and its terminal.
private final class PseudoLine: ProcessTerminalHost {
  private static let capacity = 8192
  private let state = SpinLock<Locks.Event>()
  private let ring: UnsafeMutablePointer<UInt8>
  private var head = 0
  private var tail = 0
  /// Whoever reads from the master.
  let readers = WaitQueue()

  /// - Throws: ENOMEM.
  init(capacity: Int = PseudoLine.capacity) throws(Errno) {
    ring = try RawMemory.allocate(UInt8.self, count: capacity)
    super.init()
  }

  deinit { RawMemory.free(ring) }

  override var room: Int { state.withLock { Self.capacity - (tail - head) } }

  override func output(_ bytes: UnsafeRawBufferPointer) {
    state.withLock {
      for byte in bytes where tail - head < Self.capacity {
        ring[tail % Self.capacity] = byte
        tail += 1
      }
    }
    readers.wakeAll()
  }

  override func lastUserLeft() { readers.wakeAll() }

  var isEmpty: Bool { state.withLock { head == tail } }

  func take(_ transfer: inout UserTransfer) {
    state.withLock {
      while head < tail, transfer.remaining > 0 {
        let start = head % Self.capacity
        let count = min(Self.capacity - start, tail - head)
        let copied = transfer.copyOut(ring + start, count)
        head += copied
        if copied < count { break }
      }
    }
  }
}

/// An open /dev/ptmx: a terminal of its own, which goes with it.
final class PseudoMaster: OpenFile {
  fileprivate let number: Int32
  fileprivate let slave: Terminal
  fileprivate let owner: UInt32
  private let line: PseudoLine
  /// TIOCSPTLCK: the terminal cannot be opened until it is unlocked.
  fileprivate private(set) var isLocked = true
  fileprivate private(set) var isGone = false

  fileprivate init(_ inode: Inode, _ flags: OpenFlags, _ number: Int32, owner: UInt32) throws(Errno) {
    self.number = number
    self.owner = owner
    line = try PseudoLine()
    slave = try Terminal(host: line, device: DeviceNumber(major: 136, minor: UInt32(number)))
    super.init(inode, flags)
    Terminals.add(slave)
  }

  override func descriptorsGone() {
    isGone = true
    PseudoTerminals.remove(self)
    slave.hangUp()
    Terminals.remove(slave)
    line.readers.wakeAll()
  }

  override func read(_ transfer: inout UserTransfer) throws(Errno) {
    let before = transfer.transferred
    line.take(&transfer)
    if transfer.transferred > before || transfer.remaining == 0 {
      slave.writeQueue.wakeAll()
      return
    }
    // Nobody has the terminal open any more.
    if slave.wasOpened, slave.users == 0 { throw .EIO }
    throw .EAGAIN
  }

  override func write(_ transfer: inout UserTransfer) throws(Errno) {
    defer { slave.deliverSignals() }
    while transfer.remaining > 0 {
      guard slave.hasRoom else { throw .EAGAIN }
      var byte: UInt8 = 0
      guard transfer.copyIn(&byte, 1) == 1 else { return }
      slave.receive(byte)
    }
  }

  override var isSeekable: Bool { false }
  override var readQueue: WaitQueue? { line.readers }
  override var writeQueue: WaitQueue? { line.readers }

  override func poll() -> PollEvents {
    var result = PollEvents()
    if !line.isEmpty { result.formUnion(.readable) }
    if slave.hasRoom { result.formUnion(.writable) }
    if slave.wasOpened, slave.users == 0 { result.insert(.hangUp) }
    return result
  }

  override func ioctl(_ request: UInt32, _ argument: UInt) throws(Errno) -> Int {
    switch request {
    case Ioctl.getPTYNumber: try UserPointer<Int32>(argument).store(number)
    case Ioctl.setPTYLock: isLocked = try UserPointer<Int32>(argument).load() != 0
    case Ioctl.getPTYLock: try UserPointer<Int32>(argument).store(isLocked ? 1 : 0)
    case Ioctl.packetMode: guard try UserPointer<Int32>(argument).load() == 0 else { throw .EINVAL }
    case Ioctl.getPeer:
      let flags = OpenFlags(rawValue: UInt32(truncatingIfNeeded: argument))
      let file = try PseudoTerminals.inode(of: self).open(flags)
      return Int(try Thread.current.process.files.install(file, closeOnExec: flags.contains(.closeOnExec)))
    // The master sees the terminal's settings, whatever its own group is.
    default: return try slave.ioctl(request, argument)
    }
    return 0
  }
}

/// The pairs by number, and the file system that shows them. Lock: class names.
enum PseudoTerminals {
  private static let limit: Int32 = 4096
  private static let lock = SpinLock<Locks.Names>()
  nonisolated(unsafe) private static var masters: [PseudoMaster] = []
  nonisolated(unsafe) private static var filesystem: Filesystem?

  /// Registers /dev/ptmx. Called once, at boot.
  static func register() { DeviceTable.register(MasterDevice(major: 5, minor: 2)) }

  private final class MasterDevice: CharacterDevice {
    override func open(_ inode: Inode, _ flags: OpenFlags) throws(Errno) -> OpenFile {
      guard let number = freeNumber() else { throw .ENOSPC }
      let master = try PseudoMaster(inode, flags, number, owner: Thread.current.process.credentials.fsuid)
      // Another CPU may have taken the number meanwhile: the caller tries again.
      guard lock.withLock({ add(master) }) else {
        Terminals.remove(master.slave)
        throw .EAGAIN
      }
      return master
    }
  }

  private static func freeNumber() -> Int32? {
    lock.withLock { (0..<limit).first { number in !masters.contains { $0.number == number } } }
  }

  private static func add(_ master: PseudoMaster) -> Bool {
    guard !masters.contains(where: { $0.number == master.number }) else { return false }
    masters.append(master)
    return true
  }

  fileprivate static func remove(_ master: PseudoMaster) {
    let removed = lock.withLock { masters.firstIndex { $0 === master }.map { masters.remove(at: $0) } }
    _ = removed
  }

  fileprivate static func find(_ number: Int32) -> PseudoMaster? {
    lock.withLock { masters.first { $0.number == number } }
  }

  fileprivate static func next(from number: Int32) -> Int32? {
    lock.withLock { masters.lazy.map { $0.number }.filter { $0 >= number }.min() }
  }

  fileprivate static func inode(of master: PseudoMaster) throws(Errno) -> Inode {
    guard let root = filesystem?.rootInode else { throw .EIO }
    return TerminalNode(root.filesystem, master)
  }

  static func makeFilesystem(_ flags: MountFlags) -> Filesystem {
    let made = Filesystem(typeName: "devpts", flags: flags)
    made.rootInode = TerminalDirectory(made, mode: FileMode(.directory, 0o755))
    if filesystem == nil { filesystem = made }
    return made
  }
}

/// The root of devpts: a node for each pair there is.
private final class TerminalDirectory: Inode {
  override func lookup(_ name: Name) throws(Errno) -> Inode {
    guard let number = name.decimal, let master = PseudoTerminals.find(number) else { throw .ENOENT }
    return TerminalNode(filesystem, master)
  }

  override func list(_ writer: inout DirentWriter) throws(Errno) {
    guard writer.addDots(self) else { return }
    while let number = PseudoTerminals.next(from: Int32(clamping: writer.position - 2)) {
      let next = Int64(number) + 3
      guard addNumber(number, to: &writer, inode: UInt64(number) + 3, .characterDevice, next: next) else { return }
    }
  }

  override func name(of child: Inode, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    copyNumber(Int32(child.number - 3), to: buffer)
  }
}

/// /dev/pts/N.
private final class TerminalNode: Inode {
  private let pair: Int32

  init(_ filesystem: Filesystem, _ master: PseudoMaster) {
    pair = master.number
    super.init(
      filesystem, mode: FileMode(.characterDevice, 0o620), uid: master.owner, gid: 5,
      device: DeviceNumber(major: 136, minor: UInt32(master.number)), number: UInt64(master.number) + 3)
  }

  override func parentDirectory() -> Inode { filesystem.root }

  override func open(_ flags: OpenFlags) throws(Errno) -> OpenFile {
    guard let master = PseudoTerminals.find(pair), !master.isLocked, !master.isGone else { throw .EIO }
    master.slave.adopt(flags)
    return TerminalFile(self, flags, master.slave)
  }
}
