// Which stacks count, and which of their frames are shown.

import ArgumentParser
import FlameGraph
import Glibc
import Recordings
import TraceFormats
import TraceModel

struct FilterOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Only stacks with a frame that matches; may be repeated.", valueName: "REGEX"))
  var include: [String] = []

  @Option(help: ArgumentHelp("No stacks with a frame that matches; may be repeated.", valueName: "REGEX"))
  var exclude: [String] = []

  @Option(
    help: ArgumentHelp("Leave out frames that match; their callees move up; may be repeated.", valueName: "REGEX"))
  var hide: [String] = []

  @Option(help: ArgumentHelp("Begin stacks at the outermost frame that matches.", valueName: "REGEX"))
  var focus: String?

  @Option(
    name: .customLong("skip-after"), help: ArgumentHelp("Cut off what called this function.", valueName: "FUNCTION"))
  var skipAfter: [String] = []

  @Flag(name: .customLong("collapse-recursion"), help: "A function that calls itself is one frame.")
  var collapsesRecursion = false

  @Flag(help: "Write Swift's mangled names as in the source; perf demangles C++ and Rust itself.") var demangle = false

  var isEmpty: Bool {
    !demangle && include.isEmpty && exclude.isEmpty && hide.isEmpty && focus == nil && skipAfter.isEmpty
      && !collapsesRecursion
  }

  func validate() throws {
    for pattern in include + exclude + hide + [focus].compactMap({ $0 }) {
      do { _ = try Regex(pattern) } catch { throw ValidationError("'\(pattern)' is no regular expression: \(error)") }
    }
  }

  /// The stacks that are left, and the samples with them.
  func apply(to profile: inout Profile) {
    guard !isEmpty else { return }
    // Samples would need their nodes moved; they keep the names as they are.
    if demangle, profile.samples.isEmpty { profile.stacks = profile.stacks.renamed(SwiftName.demangled) }
    let (result, nodes) = filtered(profile.stacks)
    profile.stacks = result
    profile.spans = []  // What is left of them only the samples know.
    profile.samples = profile.samples.compactMap { sample in
      var sample = sample
      let isRoot = sample.node == 0
      sample.node = nodes[Int(sample.node)]
      return sample.node == 0 && !isRoot ? nil : sample
    }
  }

  /// The stacks that are left, and where the nodes have gone.
  private func filtered(_ stacks: FoldedStacks) -> (stacks: FoldedStacks, nodes: [UInt32]) {
    let (included, excluded) = (matches(include, stacks), matches(exclude, stacks))
    let (hidden, focused) = (matches(hide, stacks), matches([focus].compactMap { $0 }, stacks))
    let skipped = stacks.names { skipAfter.contains($0) }
    return stacks.mapped { frames in
      if !include.isEmpty, !frames.contains(where: { included[Int($0)] }) { return nil }
      if frames.contains(where: { excluded[Int($0)] }) { return nil }
      var frames = frames[...]
      if focus != nil {
        guard let start = frames.firstIndex(where: { focused[Int($0)] }) else { return nil }
        frames = frames[start...]
      }
      if let start = frames.lastIndex(where: { skipped[Int($0)] }) { frames = frames[start...] }
      let shown = frames.filter { !hidden[Int($0)] }
      return collapsesRecursion ? FoldedStacks.withoutRecursion(shown) : shown
    }
  }

  private func matches(_ patterns: [String], _ stacks: FoldedStacks) -> [Bool] {
    let expressions = patterns.compactMap { try? Regex($0) }
    return stacks.names { name in expressions.contains { name.contains($0) } }
  }
}
