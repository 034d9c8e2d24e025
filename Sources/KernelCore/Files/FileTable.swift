// The descriptors of a process: numbers to open files, and the close-on-exec bits.
//
// Lock: `lock` (class file_table) guards everything; but while one thread only uses the table (`isShared` false), that
// thread looks up without it, for only it changes the table. Others (procfs) go through `retained`. An open file is
// never released under the lock: closing a pipe or a terminal takes locks of its own.

import CMachine
import LinuxABI

public final class FileTable {
  private let lock = SpinLock<Locks.FileTable>()
  private var slots: UnsafeMutablePointer<Unmanaged<OpenFile>?>
  private var used: DescriptorSet
  private var closeOnExec: DescriptorSet
  private var capacity: Int
  /// Several threads use the table. Set before the second one starts.
  public var isShared = false
  /// RLIMIT_NOFILE: one more than the highest descriptor that may be made.
  public var limit = 1024
  /// RLIMIT_FSIZE: the size beyond which a write fails with EFBIG.
  public var fileSizeLimit = Int64.max
  private static let initialCapacity = 64
  /// fs.nr_open: no limit goes beyond.
  public static let maximumCapacity = 1 << 20

  /// An empty table.
  /// - Throws: ENOMEM.
  public init(capacity: Int = 64) throws(Errno) {
    self.capacity = capacity
    used = try DescriptorSet(capacity: capacity)
    closeOnExec = try DescriptorSet(capacity: capacity)
    slots = try RawMemory.allocate(Unmanaged<OpenFile>?.self, count: capacity)
    slots.initialize(repeating: nil, count: capacity)
  }

  deinit {
    closeAll()
    RawMemory.free(slots)
    used.free()
    closeOnExec.free()
  }

  // MARK: Look-up

  /// Runs `body` with the file of a descriptor; not with one opened by O_PATH.
  /// - Throws: EBADF.
  @inline(__always)
  public func withFile<Result>(
    _ descriptor: Int32, _ body: (OpenFile) throws(Errno) -> Result
  ) throws(Errno) -> Result {
    try withAnyFile(descriptor) { (file: OpenFile) throws(Errno) -> Result in
      if file.flags.contains(.path) { throw .EBADF }
      return try body(file)
    }
  }

  /// As `withFile`, also for a file opened by O_PATH.
  @inline(__always)
  public func withAnyFile<Result>(
    _ descriptor: Int32, _ body: (OpenFile) throws(Errno) -> Result
  ) throws(Errno) -> Result {
    if isShared { return try body(retained(descriptor)) }
    let index = Int(UInt32(bitPattern: descriptor))
    guard index < capacity, let slot = slots[index] else { throw .EBADF }
    return try slot.borrow(body)
  }

  /// The file of a descriptor, kept alive by the caller's reference.
  public func retained(_ descriptor: Int32) throws(Errno) -> OpenFile {
    lock.acquire()
    defer { lock.release() }
    return try slot(descriptor).takeUnretainedValue()
  }

  /// Whether a descriptor is closed by exec.
  public func isCloseOnExec(_ descriptor: Int32) throws(Errno) -> Bool {
    lock.acquire()
    defer { lock.release() }
    _ = try slot(descriptor)
    return closeOnExec.contains(Int(descriptor))
  }

  public func setCloseOnExec(_ descriptor: Int32, _ on: Bool) throws(Errno) {
    lock.acquire()
    defer { lock.release() }
    _ = try slot(descriptor)
    closeOnExec.set(Int(descriptor), on)
  }

  /// The lowest open descriptor that is at least `first`: for /proc/PID/fd.
  public func next(from first: Int) -> Int32? {
    lock.withLock {
      var index = max(0, first)
      while index < capacity, slots[index] == nil { index += 1 }
      return index < capacity ? Int32(index) : nil
    }
  }

  /// Takes the lock and gives it up: for legacy=irq-locks, which took it where no lock is needed.
  public func touchLock() {
    lock.acquire()
    lock.release()
  }

  /// How many slots there are (FDSize of /proc/PID/status).
  public var size: Int { capacity }

  // MARK: Making descriptors

  /// Gives `file` the lowest free number that is at least `minimum`.
  /// - Throws: EMFILE at the limit, EINVAL for a minimum beyond it, ENOMEM.
  public func install(_ file: OpenFile, closeOnExec: Bool = false, from minimum: Int = 0) throws(Errno) -> Int32 {
    guard minimum >= 0, minimum < limit else { throw minimum == 0 ? .EMFILE : .EINVAL }
    lock.acquire()
    defer { lock.release() }
    let index = used.firstAbsent(from: minimum)
    guard index < limit else { throw .EMFILE }
    try grow(toHold: index)
    occupy(index, file, closeOnExec)
    return Int32(truncatingIfNeeded: index)
  }

  /// Tells early that `install` would fail, before a file is made for it.
  /// - Throws: EMFILE.
  public func checkRoom() throws(Errno) {
    let first = isShared ? lock.withLock { used.firstAbsent(from: 0) } : used.firstAbsent(from: 0)
    guard first < limit else { throw .EMFILE }
  }

  /// dup(2) and F_DUPFD.
  public func duplicate(_ descriptor: Int32, from minimum: Int = 0, closeOnExec: Bool = false) throws(Errno) -> Int32 {
    try withAnyFile(descriptor) { (file) throws(Errno) in
      try install(file, closeOnExec: closeOnExec, from: minimum)
    }
  }

  /// dup2(2) and dup3(2) for different numbers: closes `target` if it is open, in the same step.
  public func duplicate(_ descriptor: Int32, to target: Int32, closeOnExec: Bool) throws(Errno) {
    let replaced = try withAnyFile(descriptor) { (file) throws(Errno) in
      guard target >= 0, Int(target) < limit else { throw .EBADF }
      return try replace(Int(target), file, closeOnExec)
    }
    if let replaced { letGo(replaced) }
  }

  private func replace(
    _ index: Int, _ file: OpenFile, _ closeOnExec: Bool
  ) throws(Errno) -> Unmanaged<OpenFile>? {
    lock.acquire()
    defer { lock.release() }
    try grow(toHold: index)
    let old = slots[index]
    occupy(index, file, closeOnExec)
    return old
  }

  // MARK: Closing

  /// - Throws: EBADF.
  public func close(_ descriptor: Int32) throws(Errno) {
    let index = Int(UInt32(bitPattern: descriptor))
    guard let file = lock.withLock({ vacate(index) }) else { throw .EBADF }
    letGo(file)
  }

  /// close_range(2).
  public func closeRange(_ first: Int, through last: Int) {
    var index = first
    while index <= last, index < capacity {
      // Alone, this thread sees by itself what is not there.
      if isShared || slots[index] != nil, let file = lock.withLock({ vacate(index) }) { letGo(file) }
      index += 1
    }
  }

  public func setCloseOnExec(range first: Int, through last: Int) {
    lock.withLock {
      var index = first
      while index <= last, index < capacity {
        if slots[index] != nil { closeOnExec.set(index, true) }
        index += 1
      }
    }
  }

  /// What exec closes.
  public func closeForExec() {
    var index = 0
    while index < capacity {
      if closeOnExec.contains(index), let file = lock.withLock({ vacate(index) }) { letGo(file) }
      index += 1
    }
  }

  /// Everything: at exit. The table stays usable.
  public func closeAll() { closeRange(0, through: .max) }

  /// No lock held: it may be the last descriptor.
  private func letGo(_ file: Unmanaged<OpenFile>) {
    file._withUnsafeGuaranteedRef { file in
      RecordLocks.release(file.inode, owner: UInt(bitPattern: Unmanaged.passUnretained(self).toOpaque()))
      file.dropDescriptor()
    }
    file.release()
  }

  // MARK: Fork

  /// A table with the same files for another process.
  /// - Throws: ENOMEM.
  public func fork() throws(Errno) -> FileTable {
    let copy = try FileTable(capacity: capacity)
    copy.limit = limit
    copy.fileSizeLimit = fileSizeLimit
    lock.acquire()
    defer { lock.release() }
    for index in 0..<min(capacity, copy.capacity) {
      guard let file = slots[index] else { continue }
      copy.occupy(index, file.takeUnretainedValue(), closeOnExec.contains(index))
    }
    return copy
  }

  // MARK: Slots. Lock held.

  private func slot(_ descriptor: Int32) throws(Errno) -> Unmanaged<OpenFile> {
    let index = Int(UInt32(bitPattern: descriptor))
    guard index < capacity, let slot = slots[index] else { throw .EBADF }
    return slot
  }

  private func occupy(_ index: Int, _ file: OpenFile, _ closed: Bool) {
    slots[index] = Unmanaged.passRetained(file)
    file.addDescriptor()
    used.set(index, true)
    closeOnExec.set(index, closed)
  }

  private func vacate(_ index: Int) -> Unmanaged<OpenFile>? {
    guard index >= 0, index < capacity, let file = slots[index] else { return nil }
    slots[index] = nil
    used.set(index, false)
    closeOnExec.set(index, false)
    return file
  }

  private func grow(toHold index: Int) throws(Errno) {
    guard index >= capacity else { return }
    var larger = capacity
    while larger <= index { larger *= 2 }
    let moved = try RawMemory.allocate(Unmanaged<OpenFile>?.self, count: larger)
    do throws(Errno) {
      try used.grow(capacity: larger)
      try closeOnExec.grow(capacity: larger)
    } catch {
      RawMemory.free(moved)
      throw error
    }
    moved.initialize(repeating: nil, count: larger)
    moved.update(from: slots, count: capacity)
    RawMemory.free(slots)
    slots = moved
    capacity = larger
  }
}
