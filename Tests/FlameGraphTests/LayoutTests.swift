// Layout: exact sums, frames within their parents, any depth, any count.
import FlameGraph
import Testing

@Suite struct LayoutTests {
  @Test func placesSiblingsByName() {
    let layout = FlameLayout(FoldedParser("b;x 1\na;y 2\na 3\nb;w 4\n").stacks)
    let rows = zip(layout.frames, layout.positions).map { "\(layout.name(of: $0)) \($0.depth) \($1) \($0.width)" }
    #expect(rows == ["all 0 0 10", "a 1 0 5", "y 2 0 2", "b 1 5 5", "w 2 5 4", "x 2 9 1"])
    #expect(layout.frames.indices.map(layout.own) == [0, 3, 2, 0, 4, 1])
  }

  @Test func orderOfTheInputDoesNotMatter() {
    var lines = (0..<500).map { "f\($0 % 7);g\($0 % 31);h\($0 % 113) \($0)" }
    let first = FlameGraphSVG().render(FoldedParser(lines.joined(separator: "\n")).stacks)
    lines.shuffle()
    #expect(FlameGraphSVG().render(FoldedParser(lines.joined(separator: "\n")).stacks) == first)
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func sumsAreExact(seed: UInt64) {
    let stacks = Self.randomStacks(seed)
    let layout = FlameLayout(stacks)
    #expect(layout.total == stacks.total && layout.droppedBits == 0)
    Self.check(layout)
  }

  @Test func deepStacks() {
    var stacks = FoldedStacks()
    stacks.add((0..<20_000).map { "f\($0)" }, value: 5)
    stacks.add(Array(repeating: "again", count: 100_000), value: 7)
    let layout = FlameLayout(stacks)
    #expect(layout.levels == 100_001 && layout.frames.count == 120_001)
    Self.check(layout)
    let svg = FlameGraphSVG().render(stacks)
    #expect(svg.contains("100001 levels, of which 1500 are drawn"))
    #expect(FoldedParser(stacks.text).stacks.text == stacks.text)
  }

  @Test func countsUpToTheLargest() {
    var stacks = FoldedParser("a \(UInt64.max)\nb \(UInt64.max)\n").stacks
    #expect(stacks.total == UInt64.max)
    let layout = FlameLayout(stacks)
    #expect(layout.droppedBits == 1)
    #expect(layout.frames.map(\.width) == [UInt64.max - 1, UInt64.max / 2, UInt64.max / 2])
    #expect(FlameGraphSVG().render(stacks).contains("b: 18,446,744,073,709,551,614 samples, 50.00 %"))
    stacks.add(["a"], value: 1)
    #expect(stacks.text == "a 18446744073709551616\nb \(UInt64.max)\n")
  }

  @Test func emptyAndWidthless() {
    #expect(FlameLayout(FoldedStacks()).frames.count == 1)
    let layout = FlameLayout(FoldedParser("a;b 0\na;c 1").stacks)
    #expect(layout.frames.map(layout.name) == ["all", "a", "c"])
    #expect(FlameGraphSVG().render(FoldedStacks()).contains("No stacks: nothing to show."))
  }

  @Test func narrowFramesAreLeftOutWithAllInside() {
    let layout = FlameLayout(FoldedParser("a;x;y 1\nb 99").stacks)
    var names: [String] = []
    layout.forEach(widthAtLeast: 2) { index, _ in names.append(layout.name(of: layout.frames[index])) }
    #expect(names == ["all", "b"])
  }

  /// The short way, over text in memory, and the long one, through a tree, draw the same.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func textInMemoryGivesTheSame(seed: UInt64) {
    var text = Self.randomStacks(seed).text
    if seed % 3 == 0 { text = text.split(separator: "\n").shuffled().joined(separator: "\r\n") }
    if seed % 4 == 0 { text += "\nodd ;;x 5\n;a 3\na; 4\na 1\na b;c 2\na;b 9\na:b 1\na\u{1f525};z 3\nbad line\n  \n" }
    if seed % 5 == 0 { text += "\nfraction;x 0.5\n" }
    if seed % 7 == 0 { text += "\nlarge \(UInt64.max)\nlarge 1\n" }
    let parser = FoldedParser(text)
    let expected = FlameLayout(parser.stacks)
    let read = Array(text.utf8).withUnsafeBufferPointer { FlameLayout.read(folded: $0) }
    #expect(read.badLineCount == parser.badLineCount && read.badLines == parser.badLines)
    func rows(_ layout: FlameLayout) -> [String] {
      layout.frames.map { "\(layout.name(of: $0)) \($0.depth) \($0.end) \($0.width)" }
    }
    #expect(rows(read.layout) == rows(expected))
    #expect(read.layout.levels == expected.levels && read.layout.droppedBits == expected.droppedBits)
  }

  @Test func repairedNamesThatBecomeEqualAreOne() {
    let text: [UInt8] = Array("a".utf8) + [0xff] + Array(";x 1\na".utf8) + [0xfe] + Array(";x 2\n".utf8)
    let layout = text.withUnsafeBufferPointer { FlameLayout.read(folded: $0).layout }
    #expect(layout.frames.map(layout.name) == ["all", "a\u{fffd}", "x"] && layout.total == 3)
  }

  @Test func timeOrderKeepsWhatIsApart() {
    let text = "a;b 2\na;b 1\na 4\na;c 1\nx 1\na;b 1\n"
    let layout = Array(text.utf8).withUnsafeBufferPointer { FlameLayout.read(folded: $0, .asGiven).layout }
    let rows = zip(layout.frames, layout.positions).map { "\(layout.name(of: $0)) \($0.depth) \($1) \($0.width)" }
    #expect(
      rows == [
        "all 0 0 10", "a 1 0 8", "b 2 0 3", "(between) 2 3 4", "c 2 7 1", "x 1 8 1", "a 1 9 1", "b 2 9 1",
      ])
  }

  @Test func mergeIsAddition() {
    var one = Self.randomStacks(1)
    let other = Self.randomStacks(2)
    let both = FoldedParser(one.text + other.text).stacks
    one.merge(other)
    #expect(one.text == both.text && one.total == both.total)
  }

  static func randomStacks(_ seed: UInt64) -> FoldedStacks {
    var state = seed
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    var stacks = FoldedStacks()
    for _ in 0..<2_000 {
      stacks.add((0...next(11)).map { _ in "name\(next(9))" }, value: UInt64(next(1 << 30)))
    }
    return stacks
  }

  /// Children lie within their parent, side by side, and make it up together with its own share.
  static func check(_ layout: FlameLayout) {
    var open: [Int] = []
    var next = [UInt64](repeating: 0, count: layout.frames.count)
    var isRight = true
    let x = layout.positions
    for (index, frame) in layout.frames.enumerated() {
      while let last = open.last, layout.frames[last].end <= index { open.removeLast() }
      next[index] = x[index]
      if let parent = open.last {
        isRight = isRight && x[index] == next[parent] && frame.depth == layout.frames[parent].depth + 1
        next[parent] = x[index] + frame.width
      }
      isRight = isRight && Int(frame.depth) == open.count && frame.width > 0
      open.append(index)
    }
    for (index, frame) in layout.frames.enumerated() {
      isRight = isRight && next[index] + layout.own(of: index) == x[index] + frame.width
    }
    #expect(isRight)
  }
}
