// Puts names together to stacks, for the readers of formats that come frame by frame.

import FlameGraph

struct StackBuilder {
  var profile = Profile()
  private var frames: [UInt32] = []

  var isEmpty: Bool { frames.isEmpty }

  /// Adds a frame outside of those there are: stacks come innermost first.
  mutating func push(_ name: UnsafeBufferPointer<UInt8>) { frames.append(profile.stacks.intern(name)) }
  mutating func push(_ name: String) { frames.append(profile.stacks.intern(name)) }

  /// The stack is whole.
  @discardableResult
  mutating func end(value: UInt64) -> UInt32 {
    defer { frames.removeAll(keepingCapacity: true) }
    profile.counts.stacks += 1
    return frames.withUnsafeBufferPointer { profile.stacks.add(innermostFirst: $0, value: value) }
  }

  mutating func drop() { frames.removeAll(keepingCapacity: true) }
}
