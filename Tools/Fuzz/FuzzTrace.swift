// Entry point of libFuzzer for what reads a trace or a command: `Tools/fuzz-trace` compiles it with the sources.
//
// The first byte of an input chooses the reader. Besides not crashing, what must hold whatever comes is checked here.
import Foundation

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTrace(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  guard let data, size > 1 else { return 0 }
  let input = Array(UnsafeBufferPointer(start: data + 1, count: size - 1))
  switch data[0] % 6 {
  case 0: decode(input)
  case 1: decode(sealed(input))
  case 2: conform(sealed(input))
  case 3: control(input)
  case 4: control(sealed(input))
  default: unwind(input)
  }
  return 0
}

// A stream is the same in one piece and in many, and nothing is counted twice.
private func decode(_ bytes: [UInt8]) {
  var whole = TraceModel()
  var events: UInt64 = 0
  whole.feed(bytes) { _ in events += 1 }
  whole.finish()
  var pieces = TraceModel()
  var start = 0
  while start < bytes.count {
    let end = min(bytes.count, start + 1 + Int(bytes[start] % 61))
    pieces.feed(Array(bytes[start..<end]))
    start = end
  }
  pieces.finish()
  precondition(whole.badBytes + whole.consoleBytes <= whole.bytesReceived)
  precondition(whole.framesReceived == pieces.framesReceived && whole.badFrames == pieces.badFrames)
  precondition(whole.badBytes == pieces.badBytes && whole.malformedFrames == pieces.malformedFrames)
  precondition(whole.sessions.count == pieces.sessions.count && whole.session?.losses == pieces.session?.losses)
  if whole.sessions.count < TraceModel.sessionLimit {
    precondition(whole.sessions.reduce(0) { $0 + $1.losses.received } <= events)
  }
  for session in whole.sessions {
    for kind in [StackKind.running, .sleeping, .waking, .lockWait] { _ = session.stacks(kind) }
  }
  _ = whole.json.text
}

private func conform(_ bytes: [UInt8]) {
  var check = ConformanceCheck()
  check.feed(bytes)
  check.finish()
  precondition(check.violations.count <= ConformanceCheck.violationLimit)
}

// Whatever comes, a command that follows a zero is taken, and no byte is counted that did not come.
private func control(_ bytes: [UInt8]) {
  let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: ControlParser.bufferBytes)
  defer { buffer.deallocate() }
  var parser = ControlParser(buffer: buffer)
  for byte in bytes { _ = parser.receive(byte) }
  precondition(parser.badBytes <= UInt64(bytes.count))
  var wire = [UInt8](repeating: 0, count: 40)
  let count = Command.ping(7).encode(into: &wire)
  var taken: Command?
  for byte in wire[..<count] { if let command = parser.receive(byte) { taken = command } }
  precondition(taken == .ping(7))
}

private func unwind(_ bytes: [UInt8]) {
  guard let image = try? ELFImage(bytes) else { return }
  let cfi = CFI(image)
  let orc = ORC(image)
  for function in image.functions().prefix(64) {
    for offset in 0..<8 as Range<UInt64> {
      _ = cfi.rule(at: function.address &+ offset)
      _ = orc?.entry(at: function.address &+ offset)
    }
  }
  _ = image.buildID
}

// The input as payloads, each behind its length, made into frames whose checksum is right: a fuzzer finds no CRC-32.
private func sealed(_ input: [UInt8]) -> [UInt8] {
  var output: [UInt8] = []
  var next = 0
  while next < input.count {
    let count = min(Int(input[next]), input.count - next - 1)
    next += 1
    guard count > 0 else { continue }
    var payload = Array(input[next..<next + count]) + [0, 0, 0, 0]
    output += [UInt8](unsafeUninitializedCapacity: count + 12) { wire, written in
      written = Frame.seal(&payload, count: count, into: wire.baseAddress!)
    }
    next += count
  }
  return output
}
