// One recording through the whole model: frames, checksums, records, losses, nesting of spans.
import Glibc
import TraceModel

struct DecodeRun {
  let bytes: [UInt8]

  init(file: String) {
    guard let input = fopen(file, "r") else { fail("\(file): \(String(cString: strerror(errno)))", 66) }
    defer { fclose(input) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while case let count = fread(&block, 1, block.count, input), count > 0 { bytes += block[..<count] }
    self.bytes = bytes
  }

  func report(passes: Int) {
    var best = Double.infinity
    var losses = Losses()
    for _ in 0..<passes {
      let start = processorSeconds()
      losses = decode()
      best = min(best, processorSeconds() - start)
    }
    guard losses.received > 0 else { fail("no records in the stream", 65) }
    let rate = Double(losses.received) / best / 1e6
    let perRecord = Double(bytes.count) / Double(losses.received)
    print("\(losses.received) records, \(bytes.count) bytes, \(Self.text(perRecord, 2)) bytes a record")
    print("\(Self.text(rate, 2)) M records/s, \(Self.text(best, 3)) s, lost \(losses.lostWire), \(residentKiB()) KiB")
  }

  // In pieces as ktop reads them.
  private func decode() -> Losses {
    var model = TraceModel()
    bytes.withUnsafeBufferPointer { all in
      var start = 0
      while start < all.count {
        let end = min(all.count, start + (1 << 18))
        model.feed(UnsafeBufferPointer(rebasing: all[start..<end]))
        start = end
      }
    }
    model.finish()
    return model.session?.losses ?? Losses()
  }

  static func text(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let rounded = (value * scale).rounded()
    let whole = Int(rounded / scale)
    let part = String(Int(rounded - Double(whole) * scale))
    return "\(whole)." + String(repeating: "0", count: digits - part.count) + part
  }
}
