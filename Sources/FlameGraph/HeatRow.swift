// What the page's heat map knows: a time, a frame of the layout, and what was there then.

struct HeatRow {
  var time: UInt64
  var frame: Int
  var value: UInt64

  /// By time. Of samples that fall on one frame within one of so many slices of the whole time one is made.
  static func rows(_ samples: [FlamePage.Sample], _ places: FramePlaces, slices: UInt64) -> [HeatRow] {
    let sorted = samples.sorted { $0.time < $1.time }
    guard let first = sorted.first?.time, let last = sorted.last?.time else { return [] }
    let length = max(1, (last - first) / slices)
    var rows: [HeatRow] = []
    var slice: UInt64 = 0
    // By frame, where its row of the present slice is.
    var present: [Int: Int] = [:]
    for sample in sorted {
      let frame = places.frame(of: sample.node)
      if (sample.time - first) / length != slice {
        slice = (sample.time - first) / length
        present.removeAll(keepingCapacity: true)
      }
      if let row = present[frame] {
        rows[row].value = rows[row].value.addingReportingOverflow(sample.value).partialValue
      } else {
        present[frame] = rows.count
        rows.append(HeatRow(time: sample.time, frame: frame, value: sample.value))
      }
    }
    return rows
  }
}

/// The frame of a layout at which each node of its stacks ends: the deepest that the layout has.
struct FramePlaces {
  private struct Step: Hashable {
    var parent: Int
    var name: String
  }

  private var frames: [Int] = [0]

  init(_ layout: FlameLayout, _ stacks: FoldedStacks) {
    let steps = Self.steps(layout)
    var isWhole = [true]
    for node in 1..<UInt32(max(1, stacks.nodeCount)) {
      let parent = Int(stacks.parent(of: node))
      let found = isWhole[parent] ? steps[Step(parent: frames[parent], name: stacks.name(of: node))] : nil
      frames.append(found ?? frames[parent])
      isWhole.append(found != nil)
    }
  }

  func frame(of node: UInt32) -> Int { frames[Int(node)] }

  private static func steps(_ layout: FlameLayout) -> [Step: Int] {
    var steps: [Step: Int] = [:]
    var open: [Int] = []
    for (index, frame) in layout.frames.enumerated() {
      open.removeSubrange(Int(frame.depth)...)
      if let parent = open.last { steps[Step(parent: parent, name: layout.name(of: frame))] = index }
      open.append(index)
    }
    return steps
  }
}
