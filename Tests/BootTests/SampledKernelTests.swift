// Kernels that know nothing of it, sampled through the GDB stub: Debian's Linux, which moves itself at boot and has no
// frame pointers, and Apus. They go on afterwards as if nothing had been.
import Foundation
import GDBStub
import Glibc
import Guest
import Recordings
import SystemPackage
import Testing
import TraceModel

@testable import kbench

@Suite(.enabled(if: Machine.isWanted), .serialized)
struct SampledKernelTests {
  /// Reads zeros, so many rounds of 64 MB.
  private static func loop(_ rounds: Int) -> String {
    "i=0; while [ $i -lt \(rounds) ]; do dd if=/dev/zero of=/dev/null bs=64k count=1000 2>/dev/null; i=$((i+1)); done"
  }

  /// Samples for three seconds; what was sampled, and the model of the trace that came of it.
  private func sample(
    _ socket: FilePath, _ kernel: KernelFile, hertz: Int
  ) async throws -> (StubProfiler.Account, TraceModel) {
    var options = StubProfiler.Options()
    options.hertz = hertz
    let profiler = try StubProfiler(endpoint: socket.string, kernel: kernel, options: options)
    var (model, buffer) = (TraceModel(), [UInt8](repeating: 0, count: 1 << 16))
    while case let count = read(profiler.trace, &buffer, buffer.count), count != 0 {
      if count > 0 { model.feed(Array(buffer[..<count])) } else { try await Task.sleep(for: .milliseconds(5)) }
      if profiler.current.seconds > 3 { _ = profiler.stop() }
    }
    close(profiler.trace)
    model.finish()
    let account = profiler.stop()
    #expect(account.failure?.message == nil)
    #expect(account.stoppedShare > 0 && account.stoppedShare < 1)
    return (account, model)
  }

  private func until(_ what: String, _ condition: () -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while !condition() {
      try #require(ContinuousClock.now < end, "waited for a minute until \(what)")
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Names of the stacks, outermost first, and how often.
  private func stacks(_ model: TraceModel) throws -> [(frames: [String], count: UInt64)] {
    let session = try #require(model.session)
    let names = try #require(model.names(of: session))
    return session.stacks(.running).filter { $0.program == 0 }.map { stack in
      // Callers are told by where their call returns to.
      let inside = stack.frames.dropLast().map { $0 &- 1 } + stack.frames.suffix(1)
      return (inside.map { names.function(at: $0) ?? "[\(String($0, radix: 16))]" }, stack.count)
    }
  }

  private func share(_ stacks: [(frames: [String], count: UInt64)], _ isWanted: ([String]) -> Bool) -> Double {
    let all = stacks.reduce(0) { $0 + $1.count }
    return Double(stacks.filter { isWanted($0.frames) }.reduce(0) { $0 + $1.count }) / Double(max(1, all))
  }

  @Test func apusIsSampled() async throws {
    let socket = FilePath(NSTemporaryDirectory()).appending("gdb-\(UUID().uuidString.prefix(8))")
    defer { unlink(socket.string) }
    let elf = try KernelImage.locate().string
    async let run = Machine.shell(Self.loop(300) + "; echo the end", timeout: 120) {
      $0.debugger = "unix:\(socket.string),server=on,wait=off"
      $0.cpus = 2
    }
    try await until("QEMU listens") { FileManager.default.fileExists(atPath: socket.string) }
    let (account, model) = try await sample(socket, try KernelFile(elf: elf, systemMap: nil), hertz: 200)
    #expect(account.cpus == 2 && account.samples > 200 && account.unknownLeaves * 20 < account.kernelSamples)
    let stacks = try stacks(model)
    // While it boots it does other things.
    let calls = share(stacks) {
      $0.first == "apus_syscall_entry" && $0.contains("Syscalls.read") && $0.last == "apus_user_clear"
    }
    #expect(calls > 0.1, "\(stacks.prefix(9))")
    let result = try await run
    #expect(result.report.end == .exited(0) && result.console.contains("the end"))
  }

  @Test func linuxIsSampled() async throws {
    let directory = try TemporaryDirectory()
    let (socket, map, console) = (directory.file("gdb"), directory.file("kallsyms"), directory.file("console"))
    let script = """
      #!/bin/busybox sh
      /bin/busybox mount -t proc proc /proc
      /bin/busybox mount -t devtmpfs dev /dev
      /bin/busybox cat /proc/kallsyms >/dev/ttyS1
      echo ready
      \(Self.loop(60).replacingOccurrences(of: "dd if", with: "/bin/busybox dd if"))
      echo the end
      """
    var image = try await Initramfs.busyBox(BusyBox.path(), applets: BusyBox.applets(), additions: [])
    image += try Initramfs.overlay(
      command: [], additions: [], programs: [Initramfs.Program(path: "/init", content: Array(script.utf8))])
    let initramfs = directory.file("initramfs")
    try HostFile.write(initramfs, image)
    try HostFile.write(console, [])
    let linux = try await LinuxKernel.locate(given: nil, log: { _ in })
    var configuration = GuestConfiguration(kernel: linux.path)
    configuration.initramfs = initramfs
    configuration.console = .file(console)
    configuration.traceLine = .file(map)
    configuration.debugger = "unix:\(socket.string),server=on,wait=off"
    // It moves itself: no nokaslr.
    configuration.foreignBootLine = "console=ttyS0 quiet mitigations=off panic=-1"
    let machine = try Guest(configuration)
    async let outcome = machine.run(timeout: .seconds(120))
    let text = { String(decoding: (try? HostFile.read(console)) ?? [], as: UTF8.self) }
    try await until("the machine is up") { text().contains("ready") }
    let kernel = try KernelFile(elf: linux.path.string, systemMap: map.string)
    let (account, model) = try await sample(socket, kernel, hertz: 200)
    #expect(account.samples > 100 && account.unknownLeaves * 20 < account.kernelSamples)
    let stacks = try stacks(model)
    let path = ["entry_SYSCALL_64_after_hwframe", "do_syscall_64", "ksys_read", "vfs_read"]
    let calls = share(stacks) { $0.starts(with: path) }
    #expect(calls > 0.3, "\(stacks.prefix(9))")
    _ = try await outcome
    #expect(text().contains("the end"))
  }
}
