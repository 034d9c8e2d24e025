// What one send put on its way to a socket: bytes, descriptors, who sent it. And the account that a sender's messages
// are charged to until they are read.

import LinuxABI
import Synchronization

/// How many bytes of a socket's messages are on their way. Outlives the socket while there are any.
final class SendBudget {
  private let used = Atomic<Int>(0)
  private let limitBytes = Atomic<Int>(212_992)
  let queue = WaitQueue()
  /// What a message costs beside its bytes.
  private static let overhead = 256

  var limit: Int {
    get { limitBytes.load(ordering: .relaxed) }
    set { limitBytes.store(newValue, ordering: .relaxed) }
  }

  /// Charges a message, if it fits; one always does.
  func charge(_ count: Int) -> Bool {
    let cost = count + Self.overhead
    guard used.wrappingAdd(cost, ordering: .acquiringAndReleasing).newValue <= max(limit, cost) else {
      used.wrappingSubtract(cost, ordering: .acquiringAndReleasing)
      return false
    }
    return true
  }

  func refund(_ count: Int) {
    used.wrappingSubtract(count + Self.overhead, ordering: .acquiringAndReleasing)
    queue.wakeAll()
  }

  /// Linux's measure: a quarter is free.
  var isWritable: Bool { used.load(ordering: .acquiring) * 4 <= limit }
}

final class SocketMessage {
  fileprivate(set) var next: SocketMessage?
  private let bytes: UnsafeMutableRawPointer
  let count: Int
  /// Bytes that a stream's reader has taken.
  private(set) var taken = 0
  /// Descriptors on their way: each is counted as one of its file's.
  private(set) var files: [OpenFile] = []
  let credentials: SocketCredentials
  /// The sender's name.
  let sender: [UInt8]
  private let budget: SendBudget

  /// Reads the bytes from the program.
  /// - Throws: EAGAIN when the sender has too much on its way; ENOMEM; EFAULT.
  init(
    _ transfer: inout UserTransfer, count: Int, files: [OpenFile], _ credentials: SocketCredentials, sender: [UInt8],
    _ budget: SendBudget
  ) throws(Errno) {
    guard Frames.freeCount > FilePages.reserve else { throw .ENOMEM }
    guard budget.charge(count) else { throw .EAGAIN }
    do throws(Errno) { bytes = try RawMemory.allocate(count) } catch {
      budget.refund(count)
      throw error
    }
    self.count = count
    self.credentials = credentials
    self.sender = sender
    self.budget = budget
    guard transfer.copyIn(bytes, count) == count else { throw .EFAULT }
    self.files = files
    for file in files { file.addDescriptor() }
  }

  deinit {
    RawMemory.free(bytes)
    budget.refund(count)
    for file in files { file.dropDescriptor() }
  }

  var remaining: Int { count - taken }

  /// Copies bytes to the program, and takes them unless it only peeks.
  func copyOut(_ transfer: inout UserTransfer, from start: Int, isPeek: Bool) -> Int {
    let copied = transfer.copyOut(bytes + start, min(count - start, transfer.remaining))
    if !isPeek { taken += copied }
    return copied
  }

  /// The descriptors, for a reader who installs them.
  func takeFiles() -> [OpenFile] {
    let all = files
    files = []
    return all
  }
}

/// Messages in order. The owner's lock guards it; what is taken out is dropped without that lock, for a descriptor in it
/// may be a file's last.
struct MessageList {
  private(set) var first: SocketMessage?
  private unowned(unsafe) var last: SocketMessage?
  private(set) var bytes = 0

  mutating func append(_ message: SocketMessage) {
    message.next = nil
    if let last { last.next = message } else { first = message }
    last = message
    bytes += message.remaining
  }

  /// `taken` are bytes that were read from it and not noted yet.
  mutating func popFirst(taken: Int = 0) -> SocketMessage? {
    guard let message = first else { return nil }
    bytes -= taken
    first = message.next
    message.next = nil
    if first == nil { last = nil }
    bytes -= message.remaining
    return message
  }

  mutating func noteTaken(_ count: Int) { bytes -= count }
}
