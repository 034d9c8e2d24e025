// `perf script` text read by every core: blocks go to whoever is free, and what the readers found is added up.

import Dispatch
import FlameGraph
import Recordings
import Synchronization
import TraceFormats

enum PerfInput {
  /// Reads to the end. With samples it is one reader, as their order matters.
  static func read(
    _ source: ByteSource, _ options: PerfOptions, keepsSamples: Bool, cores: Int
  ) throws(ToolError) -> Profile {
    let event = options.event ?? source.head.withUnsafeBufferPointer { PerfScript.firstEvent(in: $0) }
    let blocks = BlockSource(source) { PerfScript.cut($0) }
    let found = Mutex<[Found]>([])
    let readers = keepsSamples ? 1 : max(1, cores)
    DispatchQueue.concurrentPerform(iterations: readers) { _ in
      let part = readBlocks(blocks, options, event, keepsSamples)
      found.withLock { $0.append(part) }
    }
    if let failure = blocks.failure { throw failure }
    return profile(found.withLock { $0 }, event, options)
  }

  private struct Found: Sendable {
    var stacks = FoldedStacks()
    var samples: [TimedSample] = []
    /// By number of the block: which line a bad one is depends on all blocks before.
    var counts: [Int: ReadCounts] = [:]
    var hasPeriods = false
    var first: Int { counts.keys.min() ?? .max }
  }

  private static func readBlocks(
    _ blocks: BlockSource, _ options: PerfOptions, _ event: String?, _ keepsSamples: Bool
  ) -> Found {
    let buffer = BlockBuffer()
    var script = PerfScript(options, event: event, keepsSamples: keepsSamples)
    var found = Found()
    while let number = blocks.next(buffer) {
      script.read(buffer.bytes)
      found.counts[number] = script.takeCounts()
    }
    (found.stacks, found.samples, found.hasPeriods) = (script.stacks, script.samples, script.hasPeriods)
    return found
  }

  private static func profile(_ found: [Found], _ event: String?, _ options: PerfOptions) -> Profile {
    var parts = found.sorted { $0.first < $1.first }
    var profile = Profile()
    profile.unit = PerfScript.unit(of: event, options, hasPeriods: found.contains(where: \.hasPeriods))
    let head = parts.removeFirst()
    (profile.stacks, profile.samples) = (head.stacks, head.samples)
    for part in parts { profile.stacks.merge(part.stacks) }
    for (_, counts) in found.flatMap(\.counts).sorted(by: { $0.key < $1.key }) { profile.counts.merge(counts) }
    if profile.counts.otherEvents > 0, let event {
      profile.facts.append("\(event) only; \(profile.counts.otherEvents) other events left out")
    }
    return profile
  }
}
