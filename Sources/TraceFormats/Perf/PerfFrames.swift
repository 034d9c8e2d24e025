// Lines of call chains as numbers of frames, each by the shortest way it allows.
//
// Most lines came before, to the byte, and `FrameCache` knows their frames. Most others hold a symbol that nothing has
// to be done to. Only the rest is taken apart as `PerfFrame`.
import FlameGraph

struct PerfFrames: ~Copyable {
  typealias Bytes = UnsafeBufferPointer<UInt8>

  /// The present event's, innermost first.
  private(set) var chain = UncheckedArray<UInt32>()
  private let options: PerfOptions
  /// Whether names of frames are symbols and nothing else.
  private let isPlain: Bool
  private let kinds = ByteKinds()
  private var cache = FrameCache()
  /// Numbers of frames, one run a cached line of several.
  private var runs: [UInt32] = []
  private static let runLimit = 1 << 20

  init(_ options: PerfOptions) {
    self.options = options
    isPlain = !options.showsAddresses && !options.marksKernel && !options.marksJIT && !options.marksInlined
  }

  mutating func removeAll() { chain.removeAll() }

  mutating func append(_ frame: UInt32) { chain.append(frame) }

  /// Takes a line that is known or plain; false when it is neither, and nothing was done.
  @inline(__always)
  mutating func takeShort(_ line: Bytes, isJava: Bool, _ stacks: inout FoldedStacks) -> Bool {
    guard line.count >= FrameCache.shortest, line.count <= FrameCache.longest, let base = line.baseAddress else {
      return false
    }
    let text = UnsafeRawPointer(base)
    let slot = cache.slot(text, line.count, isJava ? 1 : 0)
    if let (first, count) = cache.find(text, line.count, at: slot) {
      // One frame is its own number; of several the runs know.
      if count == 1 { chain.append(first) } else { appendRun(Int(first), Int(count)) }
      return true
    }
    // Java's names may have a letter too many.
    guard isPlain, let name = PerfFrame.plainName(line, kinds), !isJava || name[0] != UInt8(ascii: "L") else {
      return false
    }
    let id = stacks.intern(name)
    cache.keep(text, line.count, at: slot, first: Int(id), count: 1)
    chain.append(id)
    return true
  }

  private mutating func appendRun(_ first: Int, _ count: Int) {
    for index in 0..<count { chain.append(runs[first + index]) }
  }

  /// Takes any line.
  mutating func take(_ frame: PerfFrame, of line: Bytes, isJava: Bool, _ stacks: inout FoldedStacks) {
    let first = runs.count
    frame.names(options, isJava: isJava) { name in
      runs.append(name.withUnsafeBufferPointer { stacks.intern($0) })
    }
    runs[first...].reverse()
    for id in runs[first...] { chain.append(id) }
    let isKept = keep(line, isJava, first)
    if !isKept { runs.removeSubrange(first...) }
    if runs.count > Self.runLimit {
      cache.clear()
      runs = []
    }
  }

  /// Whether the run that begins at `first` is needed from now on.
  private mutating func keep(_ line: Bytes, _ isJava: Bool, _ first: Int) -> Bool {
    guard line.count >= FrameCache.shortest, line.count <= FrameCache.longest, let base = line.baseAddress else {
      return false
    }
    let count = runs.count - first
    let slot = cache.slot(base, line.count, isJava ? 1 : 0)
    cache.keep(base, line.count, at: slot, first: count == 1 ? Int(runs[first]) : first, count: count)
    return count != 1
  }
}
