// The widest sibling first, as speedscope has it.

extension FlameLayout {
  /// The same frames with the widest sibling first; equals stay in their order.
  public func leftHeavy() -> FlameLayout {
    var result = self
    result.frames.removeAll(keepingCapacity: true)
    var open: [Int] = [0]
    while let index = open.popLast() {
      let place = result.frames.count
      var frame = frames[index]
      frame.end = UInt32(place) + (frame.end - UInt32(index))
      result.frames.append(frame)
      var children: [Int] = []
      var child = index + 1
      while child < Int(frame.end) - place + index {
        children.append(child)
        child = Int(frames[child].end)
      }
      open += children.sorted { (frames[$0].width, $1) < (frames[$1].width, $0) }
    }
    return result
  }
}
