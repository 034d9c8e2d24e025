// Frames that were damaged on the way: none may pass for another one.
//
// Each is damaged by one to eight faults of one kind; what still passes must be, byte for byte, a frame that was sent.
// A damaged frame passes a CRC-32 by chance once in four thousand million.
import Glibc
import TraceModel
import Tracer

@testable import TraceTestSupport

struct DamageRun {
  private enum Fault: CaseIterable { case flip, drop, insert, burst, cut, splice, swap }

  func report(frames count: Int) {
    let machine = Machine(cpus: 4, ringWords: 1 << 14)
    var workload = Workload(seed: 3)
    workload.run(machine, calls: 100_000)
    machine.flush()
    let frames = machine.takeBytes().split(separator: 0).map(Array.init)
    let sent = Set(frames)
    var random = Random(state: 20_26)
    var (model, damaged, passed) = (TraceModel(), 0, 0)
    while damaged < count {
      let whole = Self.damage(frames, &random)
      for piece in whole.split(separator: 0).map(Array.init) where !sent.contains(piece) {
        damaged += 1
        let before = model.framesReceived
        model.feed([0] + piece + [0])
        guard model.framesReceived != before else { continue }
        // Text with a line end may stand before a frame that is whole.
        if !piece.indices.contains(where: { sent.contains(Array(piece[$0...])) }) { passed += 1 }
      }
    }
    print("\(damaged) damaged pieces of \(frames.count) frames: \(passed) passed for what was not sent")
    guard passed == 0 else { fail("undetected corruption", 1) }
  }

  private static func damage(_ frames: [[UInt8]], _ random: inout Random) -> [UInt8] {
    var frame = frames.randomElement(using: &random)!
    let fault = Fault.allCases.randomElement(using: &random)!
    for _ in 0..<Int.random(in: 1...8, using: &random) where !frame.isEmpty {
      let place = Int.random(in: 0..<frame.count, using: &random)
      let byte = UInt8(truncatingIfNeeded: random.next() >> 11)
      switch fault {
      case .flip: frame[place] ^= 1 << (byte & 7)
      case .drop: frame.remove(at: place)
      case .insert: frame.insert(byte, at: place)
      case .burst:
        for index in place..<min(frame.count, place + Int(byte & 31)) {
          frame[index] = UInt8(truncatingIfNeeded: random.next() >> 13)
        }
      case .cut: frame.removeSubrange(place...)
      case .splice: frame = frame[..<place] + frames.randomElement(using: &random)!.suffix(Int(byte & 127))
      case .swap: frame.swapAt(place, Int.random(in: 0..<frame.count, using: &random))
      }
    }
    return frame
  }
}
