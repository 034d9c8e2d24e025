// Samples all CPUs of a machine by stopping it: registers and a piece of stack of each in one stop of two round trips.
//
// The machine runs between samples and after the last one. Knows how long it was stopped: the price of it.
import Glibc
import Recordings
import Unwind

/// One CPU at the moment of a stop.
public struct CPUSample: Sendable {
  public var cpu: Int
  public var registers: StackRegisters
  public var isUser: Bool
  /// Empty for a CPU in user mode.
  public var stack: StackPiece
}

public final class StopSampler {
  private let stub: StubConnection
  private let threads: [String]
  private let stackBytes: Int
  /// Seconds that the machine was stopped for samples, at most: from asking for a stop to the last answer. And at least:
  /// from the stub's word that it stands. Between the two, the stub may have waited for a processor of the host.
  public private(set) var stoppedSeconds = 0.0
  public private(set) var stoppedSecondsAtLeast = 0.0
  /// How many stops there were.
  public private(set) var stops = 0

  /// The stub answers at most so many bytes of memory at once.
  private static let chunk: UInt64 = 2048
  public var cpuCount: Int { threads.count }

  /// Stops the machine and finds its CPUs; `run` lets it go on.
  /// - Parameter stackBytes: how much of each stack is taken.
  public init(_ stub: StubConnection, stackBytes: Int) throws(ToolError) {
    self.stub = stub
    self.stackBytes = stackBytes
    _ = try stub.ask("?")
    var threads: [String] = []
    var question = "qfThreadInfo"
    while case let answer = try stub.ask(question), answer.first == UInt8(ascii: "m") {
      threads += String(decoding: answer.dropFirst(), as: UTF8.self).split(separator: ",").map(String.init)
      question = "qsThreadInfo"
    }
    guard !threads.isEmpty else { throw ToolError(.unavailable, "the GDB stub tells of no CPU") }
    self.threads = threads
  }

  /// The address that an entry of the interrupt table leads to, and nil when it cannot be told: where a kernel is, when
  /// it has moved. Only while stopped.
  public func interruptHandler(_ vector: Int) throws(ToolError) -> UInt64? {
    let text = try stub.monitor("info registers")
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("IDT=") }),
      let base = line.dropFirst(4).split(separator: " ").first.flatMap({ UInt64($0, radix: 16) })
    else { return nil }
    let answer = try stub.ask("m\(String(base &+ UInt64(vector * 16), radix: 16)),10")
    guard let gate = PacketCodec.bytes(hexadecimal: answer[...]), gate.count == 16 else { return nil }
    let word = StackPiece(address: 0, bytes: gate)
    guard let low = word.word(0), let high = word.word(8) else { return nil }
    return low & 0xffff | (low >> 48) << 16 | high << 32
  }

  /// Lets the machine run on.
  public func run() throws(ToolError) {
    try stub.send(["c"])
  }

  /// Stops the machine, takes a sample of each CPU and lets it run on.
  public func sample() throws(ToolError) -> [CPUSample] {
    let start = Self.seconds()
    try stub.send(threads.flatMap { ["Hg" + $0, "g"] }, interrupting: true)
    try skipStopReply()
    let stands = Self.seconds()
    var samples: [CPUSample] = []
    for cpu in threads.indices {
      _ = try stub.receive()
      guard let sample = Self.sample(try stub.receive(), cpu: cpu) else {
        throw ToolError(.badInput, "the GDB stub's registers are not those of an x86_64")
      }
      samples.append(sample)
    }
    let kernel = samples.indices.filter { !samples[$0].isUser }
    let pieces = kernel.map { Self.pieces(from: samples[$0].registers.rsp, count: UInt64(stackBytes)) }
    var questions: [String] = []
    for (index, pieces) in zip(kernel, pieces) {
      questions.append("Hg" + threads[index])
      for piece in pieces {
        questions.append("m" + String(piece.lowerBound, radix: 16) + "," + String(piece.count, radix: 16))
      }
    }
    try stub.send(questions + ["c"])
    for (index, pieces) in zip(kernel, pieces) {
      _ = try stub.receive()
      for piece in pieces {
        // What is not mapped is an error; nothing behind it belongs to this stack.
        let answer = try stub.receive()
        guard samples[index].stack.bytes.count == Int(piece.lowerBound - pieces[0].lowerBound) else { continue }
        samples[index].stack.bytes += PacketCodec.bytes(hexadecimal: answer[...]) ?? []
      }
    }
    let end = Self.seconds()
    stoppedSeconds += end - start
    stoppedSecondsAtLeast += end - stands
    stops += 1
    return samples
  }

  // Above the last page of a stack nothing is mapped, so no piece reaches over the end of a page.
  static func pieces(from start: UInt64, count: UInt64) -> [Range<UInt64>] {
    var pieces: [Range<UInt64>] = []
    var next = start
    var left = min(count, UInt64.max - start)
    while left > 0 {
      let size = min(left, Self.chunk, 4096 - next % 4096)
      pieces.append(next..<next + size)
      next += size
      left -= size
    }
    return pieces
  }

  private func skipStopReply() throws(ToolError) {
    let reply = try stub.receive()
    switch reply.first {
    case UInt8(ascii: "T"), UInt8(ascii: "S"): return
    case UInt8(ascii: "W"), UInt8(ascii: "X"): throw ToolError(.unavailable, "the machine has ended")
    default: throw ToolError(.badInput, "the GDB stub did not say that the machine stopped")
    }
  }

  // QEMU's order: rax rbx rcx rdx rsi rdi rbp rsp r8 … r15 rip, then eflags and cs in four bytes each.
  private static func sample(_ packet: [UInt8], cpu: Int) -> CPUSample? {
    guard let bytes = PacketCodec.bytes(hexadecimal: packet[...]), bytes.count >= 18 * 8 else { return nil }
    let file = StackPiece(address: 0, bytes: bytes)
    func register(_ number: UInt64) -> UInt64 { file.word(number * 8) ?? 0 }
    var registers = StackRegisters(rip: register(16), rsp: register(7), rbp: register(6))
    registers.rdx = register(3)
    registers.rdi = register(5)
    registers.r10 = register(10)
    registers.r13 = register(13)
    let codeSegment = register(17) >> 32
    return CPUSample(
      cpu: cpu, registers: registers, isUser: codeSegment & 3 == 3,
      stack: StackPiece(address: registers.rsp, bytes: []))
  }

  static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
