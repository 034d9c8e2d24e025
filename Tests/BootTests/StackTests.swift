// The sampler on a real kernel: proportions that are known beforehand, its own cost, and no sample lost on four CPUs.

import Foundation
import Guest
import Recordings
import SystemPackage
import Testing
import TraceModel
import Tracer

@Suite(.enabled(if: Machine.isWanted), .serialized)
struct StackTests {
  /// Work of 50, 30 and 20 percent is measured within two points, for one percent of the guest's instructions.
  @Test func proportionsAreMeasuredAndCheap() async throws {
    let program = try await CProgram(name: "proportions").build()
    defer { unlink(program) }
    let (ticks, model) = try await run(program, "trace=samples")
    let (without, _) = try await run(program, "trace=scheduler")
    let session = try #require(model.session)
    let functions = try FunctionTable(elf: try HostFile.read(FilePath(program)))
    var counts: [String: UInt64] = [:]
    for stack in session.stacks(.running) {
      guard let leaf = stack.frames.last, let name = functions.function(at: leaf)?.name else { continue }
      counts[name, default: 0] += stack.count
    }
    let total = counts.values.reduce(0, +)
    #expect(total > 400, "\(counts)")
    for (name, share) in [("half", 50.0), ("third", 30), ("rest", 20)] {
      let measured = Double(counts[name] ?? 0) * 100 / Double(total)
      #expect(abs(measured - share) < 2, "\(name): \(measured) of \(total)")
    }
    let cost = Double(try #require(ticks)) / Double(try #require(without)) - 1
    #expect(cost < 0.01, "\(cost)")
  }

  /// Programs without frame pointers: words from the stack and the program's unwind tables give every caller. musl's own
  /// functions have no tables, there calls do.
  @Test(arguments: [("musl-gcc", ["-static"]), ("gcc", ["-static"]), ("gcc", ["-static-pie", "-fPIE"])])
  func callersAreFoundWithoutFramePointers(compiler: String, flags: [String]) async throws {
    let program = try await CProgram(name: "deep").build(compiler: compiler, flags: flags)
    defer { unlink(program) }
    // On a clock of instructions, so that a busy host cannot change the shares.
    var (_, model) = try await run(program, "trace=samples")
    try KernelNames.add(to: &model, elf: nil)
    model.programFiles["/work"] = try CodeNames(path: program, bytes: try HostFile.read(FilePath(program)))
    let counts = try callers(in: model)
    let total = counts.values.reduce(0, +)
    #expect(total > 400, "\(counts)")
    let (deep, shallow) = (counts["main;alpha;beta;gamma_;spin"] ?? 0, counts["main;alpha;spin"] ?? 0)
    #expect(Double(deep + shallow) / Double(total) > 0.95, "\(counts)")
    #expect(abs(Double(deep) / Double(deep + shallow) - 0.8) < 0.03, "\(counts)")
    // A recording that carries names shows the same without any file.
    var replay = model
    replay.programFiles = ProgramFiles()
    replay.feed(model.usedFunctionFrames(of: try #require(model.session)))
    let kept = try callers(in: replay)
    for (name, count) in counts { #expect(kept[name] == count, "\(name)") }
  }

  /// Samples by the functions of the program, from main on.
  private func callers(in model: TraceModel) throws -> [String: UInt64] {
    let session = try #require(model.session)
    let code = model.code(of: session)
    var counts: [String: UInt64] = [:]
    for (stack, steps) in model.resolvedStacks(.running, of: session)
    where session.programs[stack.program]?.path == "/work" {
      let names = steps.flatMap { step -> [String] in
        if case .place(let place) = step { return code.names(at: place).map { String($0.prefix { $0 != "." }) } }
        return []
      }
      counts[names.drop { $0 != "main" }.joined(separator: ";"), default: 0] += stack.count
    }
    return counts
  }

  /// What four busy CPUs do is sampled on each of them, and every stack finds room.
  @Test func fourCPUsLoseNoSample() async throws {
    let program = try await CProgram(name: "proportions").build()
    defer { unlink(program) }
    let model = try await record(["sh", "-c", "for i in 1 2 3 4; do /work calls & done; wait"], program) {
      $0.cpus = 4
      $0.append = "trace=all"
    }.model
    let session = try #require(model.session)
    #expect(session.sampleRate == 997)
    #expect(session.refusedStacks == 0)
    for cpu in 0..<4 { #expect(session.samples(of: cpu) > 100, "CPU \(cpu)") }
    #expect(session.losses.lostWire == 0 && model.malformedFrames == 0)
  }

  /// Sleepers and their wakers, by programs.
  @Test func sleepersAndWakersAreSeen() async throws {
    let model = try await record(["sh", "-c", "for i in 1 2 3 4 5; do ls -lR /bin | sort | wc -l; done"], nil) {
      $0.append = "trace=blocking,samples"
    }.model
    let session = try #require(model.session)
    let names = try NameTable(elf: try HostFile.read(try KernelImage.locate()))
    func functions(_ kind: StackKind) -> Set<String> {
      Set(session.stacks(kind).flatMap(\.frames).compactMap { names.function(at: $0) })
    }
    #expect(functions(.sleeping).contains("Wait.wait"))
    #expect(functions(.waking).contains("Pipe.write"))
    #expect(session.stacks(.sleeping).allSatisfy { $0.sum > 0 })
    #expect(session.programs.values.contains { $0.path == "/bin/sh" })
  }

  private func run(_ program: String, _ words: String) async throws -> (UInt64?, TraceModel) {
    let (result, model) = try await record(["/work"], program) {
      $0.countsInstructions = true
      $0.append = words
    }
    return (result.report.ticks, model)
  }

  private func record(
    _ command: [String], _ program: String?, configure: (inout GuestConfiguration) -> Void
  ) async throws -> (result: BootResult, model: TraceModel) {
    let file = FilePath(NSTemporaryDirectory()).appending("apus-trace-\(UUID().uuidString)")
    defer { unlink(file.string) }
    let result = try await Machine.run(command) {
      $0.traceLine = .file(file)
      if let program { $0.additions = [Initramfs.Addition(source: program, target: "/work")] }
      configure(&$0)
    }
    #expect(result.report.end == .exited(0), "\(result.console)")
    var model = TraceModel()
    model.feed(try HostFile.read(file))
    model.finish()
    return (result, model)
  }
}
