// What the kernel was asked for, until its own words show that it has been done.

import TraceModel
import Tracer

struct Request: Equatable {
  enum Wish: Equatable {
    /// These probes on, or off.
    case probes(mask: UInt32, areOn: Bool)
    case sampleRate(Int)
    /// Counts of a later generation.
    case reset(after: UInt64)
    case flight(FlightRules)
    case filter(FilterState)
    /// More triggers than there were.
    case trigger(after: UInt64)
  }

  var wish: Wish
  /// HELLOs sent when it was made; the kernel sends one a second and one with each answer.
  var sequence: UInt64

  private static let patience: UInt64 = 4

  func isGranted(by snapshot: Snapshot) -> Bool {
    switch wish {
    case .probes(let mask, let areOn):
      return snapshot.keys.allSatisfy { mask >> UInt32($0.id) & 1 == 0 || $0.isOn == areOn }
    case .sampleRate(let hertz): return snapshot.sampleRate == hertz
    case .reset(let generation): return snapshot.generation > generation
    case .flight(let rules): return snapshot.flight?.rules == rules
    case .filter(let filter): return (snapshot.filter ?? FilterState()) == filter
    case .trigger(let count): return (snapshot.flight?.triggers ?? 0) > count
    }
  }

  func isOverdue(in snapshot: Snapshot) -> Bool { snapshot.helloSequence >= sequence + Self.patience }

  /// What is said when it has been done.
  func thanks(in snapshot: Snapshot) -> String {
    switch wish {
    case .probes(let mask, let areOn):
      let names = snapshot.keys.filter { mask >> UInt32($0.id) & 1 != 0 }.map(\.name).joined(separator: ", ")
      return "the kernel has switched \(areOn ? "on" : "off"): \(names)"
    case .sampleRate(let hertz): return "the kernel takes \(hertz) samples a second"
    case .reset: return "the kernel has reset its counts"
    case .flight(let rules):
      guard rules.seconds > 0 else { return "the kernel sends all events again" }
      return "the kernel keeps \(rules.seconds) s of events until something takes "
        + "\(Format.duration(snapshot.nanoseconds(rules.threshold))); panel 8 tells"
    case .trigger: return "the kernel has sent what it kept"
    case .filter(let filter): return filter.isOn ? "the kernel records nothing else" : "the kernel records everything"
    }
  }
}

extension TopApp {
  /// Remembers what was sent.
  mutating func note(_ command: Command) {
    let sequence = latest.helloSequence
    switch command {
    case .enable(let mask): request = Request(wish: .probes(mask: mask, areOn: true), sequence: sequence)
    case .disable(let mask): request = Request(wish: .probes(mask: mask, areOn: false), sequence: sequence)
    case .rate(let hertz): request = Request(wish: .sampleRate(Int(hertz)), sequence: sequence)
    case .reset: request = Request(wish: .reset(after: latest.generation), sequence: sequence)
    case .flight(let rules): request = Request(wish: .flight(rules), sequence: sequence)
    case .trigger: request = Request(wish: .trigger(after: latest.flight?.triggers ?? 0), sequence: sequence)
    case .process(let process):
      var filter = latest.filter ?? FilterState()
      filter.process = process
      request = Request(wish: .filter(filter), sequence: sequence)
    case .rows(let range, let change):
      let filter = (latest.filter ?? FilterState()).with(range, change)
      request = Request(wish: .filter(filter), sequence: sequence)
    case .hello, .ping, .consoleSize: break
    }
    if request != nil { message = "sent; the kernel has not answered yet" }
  }

  mutating func settleRequest() {
    guard let request else { return }
    if request.isGranted(by: latest) {
      message = request.thanks(in: latest)
      self.request = nil
    } else if request.isOverdue(in: latest) {
      message = "the kernel answers, and has not done it"
      self.request = nil
    }
  }
}
