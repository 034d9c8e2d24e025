// What lies inside of what, and beside what.

import ArgumentParser
import FlameGraph
import Recordings
import TraceFormats

struct OrderOptions: ParsableArguments {
  @Flag(help: "Callees below callers: who calls what takes the time?") var reverse = false
  @Flag(help: "Time from left to right; stacks are not merged.") var flamechart = false
  @Flag(name: .customLong("left-heavy"), help: "The widest frame first, in place of the order of names.")
  var leftHeavy = false
  @Option(help: ArgumentHelp("Callers and callees of one function, side by side.", valueName: "FUNCTION"))
  var sandwich: String?

  func validate() throws {
    if flamechart, reverse || leftHeavy || sandwich != nil {
      throw ValidationError("--flamechart cannot be reversed, sorted or cut")
    }
  }

  var isPlain: Bool { !reverse && sandwich == nil }
  var needsTime: Bool { flamechart }

  func layout(of profile: Profile, total: FoldedStacks.Amount?) throws(ToolError) -> FlameLayout {
    if flamechart { return TimeTable.layout(profile) }
    var stacks = profile.stacks
    if let sandwich {
      stacks = stacks.sandwich(of: sandwich)
      if stacks.isEmpty {
        throw ToolError(.badInput, "no stack has the function '\(sandwich)'; expected one that does")
      }
    }
    if reverse { stacks = stacks.reversed() }
    if let total {
      guard stacks.fill(to: total) else { throw ToolError(.badInput, "--total is less than the sum of all values") }
    }
    let layout = FlameLayout(stacks)
    return leftHeavy ? layout.leftHeavy() : layout
  }
}

/// Samples in the order of time.
enum TimeTable {
  static func layout(_ profile: Profile) -> FlameLayout {
    if profile.samples.isEmpty { return FlameLayout(profile.stacks) }
    var text: [UInt8] = []
    for sample in profile.samples.sorted(by: { $0.time < $1.time }) where sample.node != 0 {
      let names = profile.stacks.frames(of: sample.node).map { $0.replacing(";", with: ":").replacing("\n", with: " ") }
      text += Array("\(names.joined(separator: ";")) \(sample.value)\n".utf8)
    }
    return text.withUnsafeBufferPointer { FlameLayout.read(folded: $0, .asGiven).layout }
  }

  /// For the heat map: what a page must know of each sample.
  static func rows(_ profile: Profile) -> [FlamePage.Sample] {
    profile.samples.map { FlamePage.Sample(time: $0.time, node: $0.node, value: $0.value) }
  }
}
