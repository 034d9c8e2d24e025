// epoll(7): many files watched by one.
//
// `items` is what is watched, sorted by descriptor and file; `ready` those that may have something to tell, first come
// first served. A file's wake-up, which may be an interrupt, cannot take `state`: it pushes the item on a stack without a
// lock, and whoever looks next moves the stack to `ready`. Whether there is something to tell, the file's `poll` says.
// Lock: `state` (class epoll), around `poll` of the files; an epoll in another is polled inside the outer one's lock,
// which ends because `add` refuses circles. An item keeps its file; it goes with the file's last descriptor.

import CMachine
import LinuxABI
import Synchronization

public final class Epoll: OpenFile {
  private let state = SpinLock<Locks.Epoll>()
  private var items: [EpollItem] = []
  private unowned(unsafe) var firstReady: EpollItem?
  private unowned(unsafe) var lastReady: EpollItem?
  private let noted = Atomic<UInt>(0)
  private let waiters = WaitQueue(ranksAs: apus_lock_epoll_queue)
  private static let nesting = SpinLock<Locks.EpollNesting>()
  /// How deep epolls may watch epolls.
  private static let depthLimit = 5

  public init(_ flags: OpenFlags) { super.init(AnonymousInode(.epoll), flags.union(.readWrite)) }

  deinit { dropAll() }

  public override func descriptorsGone() { dropAll() }
  public override var isSeekable: Bool { false }
  public override func seek(_ distance: Int64, _ whence: Int32) throws(Errno) -> Int64 { 0 }
  public override var readQueue: WaitQueue? { waiters }

  public override func read(_ transfer: inout UserTransfer) throws(Errno) { throw .EINVAL }
  public override func write(_ transfer: inout UserTransfer) throws(Errno) { throw .EINVAL }

  public override func poll() -> PollEvents {
    state.withLock {
      takeNoted()
      while let item = firstReady {
        if !item.events().isEmpty { return .readable }
        popReady()
      }
      return []
    }
  }

  // MARK: What is watched

  /// - Throws: EPERM for a file that never makes anybody wait, EEXIST, EINVAL for itself, ELOOP.
  public func add(_ file: OpenFile, _ descriptor: Int32, _ event: EpollEvent) throws(Errno) {
    guard file.readQueue != nil || file.writeQueue != nil else { throw .EPERM }
    guard let inner = file as? Epoll else { return try insert(file, descriptor, event) }
    guard inner !== self else { throw .EINVAL }
    Self.nesting.acquire()
    defer { Self.nesting.release() }
    guard !inner.watches(self, depth: 1) else { throw .ELOOP }
    try insert(file, descriptor, event)
  }

  private func insert(_ file: OpenFile, _ descriptor: Int32, _ event: EpollEvent) throws(Errno) {
    let item = EpollItem(self, file, descriptor, event)
    state.acquire()
    let place = index(descriptor, file)
    guard place.found == false else {
      state.release()
      throw .EEXIST
    }
    items.insert(item, at: place.index)
    item.stand()
    state.release()
    file.lock.withLock { file.watchers.append(item) }
    // Another thread may have closed the last descriptor before the file knew of this item.
    if !file.hasDescriptors { Self.forget(file) }
    wake(item)
  }

  /// - Throws: ENOENT.
  public func modify(_ file: OpenFile, _ descriptor: Int32, _ event: EpollEvent) throws(Errno) {
    let item = try find(file, descriptor) { item in
      guard !item.event.events.contains(.exclusive) else { return nil }
      item.event = event
      item.isEnabled = true
      return item
    }
    guard let item else { throw .EINVAL }
    wake(item)
  }

  /// - Throws: ENOENT.
  public func remove(_ file: OpenFile, _ descriptor: Int32) throws(Errno) {
    let item = try find(file, descriptor) { $0 }
    guard let item else { throw .ENOENT }
    drop(item)
    file.lock.withLock { file.watchers.removeAll { $0 === item } }
  }

  private func find(
    _ file: OpenFile, _ descriptor: Int32, _ body: (EpollItem) -> EpollItem?
  ) throws(Errno) -> EpollItem? {
    state.acquire()
    defer { state.release() }
    let place = index(descriptor, file)
    guard place.found else { throw .ENOENT }
    return body(items[place.index])
  }

  /// Where an item is, or would be. Lock held.
  private func index(_ descriptor: Int32, _ file: OpenFile) -> (index: Int, found: Bool) {
    let identity = UInt(bitPattern: Unmanaged.passUnretained(file).toOpaque())
    var low = 0
    var high = items.count
    while low < high {
      let middle = (low + high) / 2
      let other = UInt(bitPattern: Unmanaged.passUnretained(items[middle].file).toOpaque())
      if items[middle].descriptor == descriptor, other == identity { return (middle, true) }
      let isBefore = items[middle].descriptor < descriptor || items[middle].descriptor == descriptor && other < identity
      if isBefore { low = middle + 1 } else { high = middle }
    }
    return (low, false)
  }

  private func watches(_ other: Epoll, depth: Int) -> Bool {
    if depth >= Self.depthLimit { return true }
    let inner = state.withLock { items.compactMap { $0.file as? Epoll } }
    for epoll in inner where epoll === other || epoll.watches(other, depth: depth + 1) { return true }
    return false
  }

  /// A file's last descriptor is gone: no epoll watches it any more.
  static func forget(_ file: OpenFile) {
    let items = file.lock.withLock {
      let items = file.watchers
      if !items.isEmpty { file.watchers = [] }
      return items
    }
    for item in items { item.epoll.drop(item) }
  }

  private func drop(_ item: EpollItem) {
    state.acquire()
    item.leave()
    unlinkReady(item)
    let kept = items.firstIndex { $0 === item }.map { items.remove(at: $0) }
    state.release()
    _ = kept  // and with it perhaps the file: dropped with no lock held
  }

  private func dropAll() {
    while let item = state.withLock({ items.last }) {
      item.file.lock.withLock { item.file.watchers.removeAll { $0 === item } }
      drop(item)
    }
    state.withLock { takeNoted() }
  }

  // MARK: Readiness

  /// Called by a wake-up of the item's file, from anywhere.
  func note(_ item: EpollItem) {
    guard !item.isNoted.exchange(true, ordering: .acquiringAndReleasing) else { return }
    let pointer = UInt(bitPattern: Unmanaged.passRetained(item).toOpaque())
    var head = noted.load(ordering: .relaxed)
    while true {
      item.nextNoted = head
      let (isDone, found) = noted.compareExchange(expected: head, desired: pointer, ordering: .acquiringAndReleasing)
      if isDone { break }
      head = found
    }
    waiters.wakeAll()
  }

  /// A new or changed item may be ready already.
  private func wake(_ item: EpollItem) {
    if !state.withLock({ item.events().isEmpty }) { note(item) }
  }

  /// Moves the noted items to the ready list, in the order of their coming. Lock held.
  private func takeNoted() {
    var pointer = noted.exchange(0, ordering: .acquiringAndReleasing)
    var reversed: UInt = 0
    while pointer != 0 {
      let item = Self.item(pointer)._withUnsafeGuaranteedRef { $0 }
      (item.nextNoted, reversed, pointer) = (reversed, pointer, item.nextNoted)
    }
    while reversed != 0 {
      let item = Self.item(reversed).takeRetainedValue()
      reversed = item.nextNoted
      // From here on a wake-up notes it again: it will be polled after this.
      item.isNoted.store(false, ordering: .sequentiallyConsistent)
      if !item.isRemoved, !item.isReady { appendReady(item) }
    }
  }

  private static func item(_ pointer: UInt) -> Unmanaged<EpollItem> {
    Unmanaged<EpollItem>.fromOpaque(UnsafeRawPointer(bitPattern: pointer).unsafelyUnwrapped)
  }

  private func appendReady(_ item: EpollItem) {
    item.isReady = true
    item.nextReady = nil
    if let last = lastReady { last.nextReady = item } else { firstReady = item }
    lastReady = item
  }

  private func popReady() {
    guard let item = firstReady else { return }
    firstReady = item.nextReady
    if firstReady == nil { lastReady = nil }
    item.isReady = false
  }

  private func unlinkReady(_ item: EpollItem) {
    guard item.isReady else { return }
    var kept: EpollItem? = nil
    var next = firstReady
    (firstReady, lastReady) = (nil, nil)
    while let other = next {
      next = other.nextReady
      guard other !== item else { continue }
      other.nextReady = nil
      if let kept { kept.nextReady = other } else { firstReady = other }
      kept = other
    }
    lastReady = kept
    item.isReady = false
  }

  // MARK: Waiting

  /// Nothing was noted since the last look. A hint, without the lock: what comes now will wake whoever waits.
  @inline(__always)
  public var isQuiet: Bool { noted.load(ordering: .relaxed) == 0 && firstReady == nil }

  /// Takes up to `limit` events that there are now. Level-triggered items stay ready behind the others.
  public func collect(into events: UnsafeMutablePointer<EpollEvent>, limit: Int) -> Int {
    state.withLock {
      takeNoted()
      var count = 0
      let last = lastReady
      while count < limit, let item = firstReady {
        let found = item.events()
        let isLast = item === last
        popReady()
        if !found.isEmpty {
          events[count] = EpollEvent(EpollEvents(rawValue: UInt32(found.rawValue)), data: item.event.data)
          count += 1
          rearm(item)
        }
        if isLast { break }
      }
      return count
    }
  }

  private func rearm(_ item: EpollItem) {
    if item.event.events.contains(.oneShot) {
      item.isEnabled = false
    } else if !item.event.events.contains(.edge) {
      appendReady(item)
    }
  }
}
