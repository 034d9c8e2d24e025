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
    var first: Int
    var stacks: FoldedStacks
    var samples: [TimedSample]
    var counts: ReadCounts
    var hasPeriods: Bool
  }

  private static func readBlocks(
    _ blocks: BlockSource, _ options: PerfOptions, _ event: String?, _ keepsSamples: Bool
  ) -> Found {
    let buffer = BlockBuffer()
    var script = PerfScript(options, event: event, keepsSamples: keepsSamples)
    var first = Int.max
    while let number = blocks.next(buffer) {
      first = min(first, number)
      script.read(buffer.bytes)
    }
    return Found(
      first: first, stacks: script.stacks, samples: script.samples, counts: script.counts,
      hasPeriods: script.hasPeriods)
  }

  private static func profile(_ found: [Found], _ event: String?, _ options: PerfOptions) -> Profile {
    var parts = found.sorted { $0.first < $1.first }
    var profile = Profile()
    profile.unit = PerfScript.unit(of: event, options, hasPeriods: found.contains(where: \.hasPeriods))
    let head = parts.removeFirst()
    (profile.stacks, profile.samples, profile.counts) = (head.stacks, head.samples, head.counts)
    for part in parts {
      profile.stacks.merge(part.stacks)
      profile.counts.merge(part.counts)
    }
    if profile.counts.otherEvents > 0, let event {
      profile.facts.append("\(event) only; \(profile.counts.otherEvents) other events left out")
    }
    return profile
  }
}
