// Rows of the heat map: what falls on one frame in one slice of time is one, and nothing is lost.
import Testing

@testable import FlameGraph

@Suite struct HeatTests {
  static let stacks = FoldedParser("a;b 1\na;c 1\nd 1\n").stacks

  static func rows(_ samples: [(UInt64, UInt32, UInt64)], slices: UInt64) -> [String] {
    let places = FramePlaces(FlameLayout(stacks), stacks)
    return HeatRow.rows(samples.map { .init(time: $0.0, node: $0.1, value: $0.2) }, places, slices: slices)
      .map { "\($0.time) \($0.frame) \($0.value)" }
  }

  @Test func samplesOfOneSliceAndFrameAreOne() {
    // Frames in preorder: all, a, b, c, d. Nodes as they came: all, a, b, c, d.
    let samples: [(UInt64, UInt32, UInt64)] = [(100, 2, 5), (0, 2, 1), (1, 2, 2), (2, 3, 7), (9, 2, 4), (10, 2, 8)]
    #expect(Self.rows(samples, slices: 10) == ["0 2 7", "2 3 7", "10 2 8", "100 2 5"])
    #expect(Self.rows(samples, slices: 1000) == ["0 2 1", "1 2 2", "2 3 7", "9 2 4", "10 2 8", "100 2 5"])
    #expect(Self.rows([(5, 1, 1)], slices: 10) == ["5 1 1"] && Self.rows([], slices: 10) == [])
    #expect(Self.rows([(0, 1, .max), (.max, 4, 1)], slices: 4) == ["0 1 \(UInt64.max)", "\(UInt64.max) 4 1"])
  }

  @Test func whatTheLayoutHasNotIsItsCaller() {
    let places = FramePlaces(FlameLayout(FoldedParser("a;b 1\n").stacks), Self.stacks)
    #expect((0..<5).map { places.frame(of: $0) } == [0, 1, 2, 1, 0])
  }
}
