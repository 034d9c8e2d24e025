// An input cut into blocks of whole records, for several threads.
//
// A block ends where `cut` says that a record does; what is behind goes to the next one. Memory is one block a thread,
// unless a single record is larger. Any thread may call `next`; the lock is held while a block is read.

import Glibc
import Synchronization

public final class BlockSource: Sendable {
  private struct State: ~Copyable {
    var source: ByteSource
    var rest: [UInt8] = []
    var number = 0
    var isDone = false
    var failure: ToolError?
  }

  public static let size = 1 << 20
  private let state: Mutex<State>
  private let cut: @Sendable (UnsafeBufferPointer<UInt8>) -> Int?

  public init(_ source: ByteSource, cut: @escaping @Sendable (UnsafeBufferPointer<UInt8>) -> Int?) {
    state = Mutex(State(source: source))
    self.cut = cut
  }

  /// Why reading ended early, if it did.
  public var failure: ToolError? { state.withLock { $0.failure } }

  /// Puts the next block into the buffer, which grows as it must. Returns its number, counted from 0 in the order of the
  /// input; nil at the end.
  public func next(_ buffer: BlockBuffer) -> Int? {
    state.withLock { state in
      guard !state.isDone else { return nil }
      do throws(ToolError) {
        return try fill(buffer, &state)
      } catch {
        state.failure = error
        state.isDone = true
        return nil
      }
    }
  }

  private func fill(_ buffer: BlockBuffer, _ state: inout State) throws(ToolError) -> Int? {
    buffer.count = 0
    buffer.append(state.rest)
    state.rest = []
    while true {
      let room = buffer.room(Self.size)
      let count = try state.source.read(into: room)
      buffer.count += count
      if count < room.count { state.isDone = true }
      guard let end = state.isDone ? buffer.count : cut(buffer.bytes) else { continue }
      state.rest = Array(buffer.bytes[end...])
      buffer.count = end
      state.number += 1
      return end == 0 ? nil : state.number - 1
    }
  }
}

/// A thread's own memory for blocks.
public final class BlockBuffer {
  fileprivate var count = 0
  private var capacity = 0
  private var base: UnsafeMutableRawPointer?

  public init() {}
  deinit { free(base) }

  public var bytes: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: base.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) }, count: count)
  }

  fileprivate func room(_ size: Int) -> UnsafeMutableRawBufferPointer {
    if capacity - count < size {
      capacity = count + size
      base = realloc(base, capacity)
    }
    return UnsafeMutableRawBufferPointer(start: base! + count, count: size)
  }

  fileprivate func append(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    room(bytes.count).copyBytes(from: bytes)
    count += bytes.count
  }
}
