// libFuzzer's entry: the first byte chooses a reader by its low half, whether all options are on by the bit above that,
// and whether samples are kept by the highest; the rest is the input. What was read is written in every format and
// drawn; nothing may trap, hang, or put markup into the picture.
import SwiftProtobuf

private let readers = TraceFormat.allCases.filter { $0 != .recording }
private let cleanTags = tags(FlameGraphSVG().render(FoldedParser("a 1\n").stacks))

private func tags(_ svg: String) -> Int { svg.split(separator: "<script").count + svg.split(separator: "<metadata").count }

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  guard let data, size > 0 else { return 0 }
  let bytes = UnsafeBufferPointer(start: data + 1, count: size - 1)
  let reader = readers[Int(data[0] & 15) % readers.count]
  let options = data[0] & 16 == 0 ? PerfOptions() : allOptions
  _ = TraceFormat.guess(Array(bytes))
  _ = UTF16Text.decoded(Array(bytes))
  if reader == .folded {
    compareFolded(bytes)
    let pair = FoldedPair(bytes)
    _ = FlameDiff(.init(pair.before), .init(pair.after)).foldedText
  }
  guard let profile = try? reader.read(bytes, options, keepsSamples: data[0] & 128 != 0) else { return 0 }
  for format in ExportFormat.allCases { _ = format.write(profile) }
  let layout = FlameLayout(profile.stacks)
  let svg = FlameGraphSVG(title: profile.title, unit: profile.unit).render(layout)
  precondition(layout.total == 0 || tags(svg) == cleanTags, "markup got into the picture")
  _ = FlameDiff(.init(profile.stacks), .init(profile.stacks.reversed()), isNormalized: true).functions
  return 0
}

private let allOptions: PerfOptions = {
  var options = PerfOptions()
  (options.showsProcess, options.showsThread, options.showsAddresses) = (true, true, true)
  (options.marksKernel, options.marksJIT, options.marksInlined) = (true, true, true)
  options.takesAllEvents = true
  return options
}()

/// The short way over text in memory draws what the long way draws.
private func compareFolded(_ bytes: UnsafeBufferPointer<UInt8>) {
  var parser = FoldedParser()
  parser.feed(bytes)
  parser.finish()
  let (short, long) = (FlameLayout.read(folded: bytes), FlameLayout(parser.stacks))
  precondition(short.badLineCount == parser.badLineCount, "bad lines differ")
  precondition(short.layout.frames.map(\.width) == long.frames.map(\.width), "widths differ")
  precondition(short.layout.frames.map(short.layout.name) == long.frames.map(long.name), "names differ")
  _ = FlameLayout.read(folded: bytes, .asGiven).layout.leftHeavy()
}
