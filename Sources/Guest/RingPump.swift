// Carries a trace from shared memory (`SharedRing`) to the FIFO that tools read, and their commands back.
//
// One thread, from before the machine starts until after it has ended. The doorbell's FIFO holds 4,096 rings and is
// emptied only when the ring has been: when the reader is slow, the machine stands still before its ring can overflow
// (4,096 KiB rung for, in a ring of nearly 8 MiB), and its clock stands with it.

import Glibc
import Synchronization
import SystemPackage
import Tracer

final class RingPump: Sendable {
  /// Bytes of shared memory: QEMU wants a power of two.
  static let bytes = 8 << 20
  static let doorbell: UInt16 = 0xe8
  private static let doorbellCapacity: Int32 = 4096
  /// F_SETPIPE_SZ (fcntl(2)), which the C library's module leaves out.
  private static let setPipeSize: Int32 = 1031

  private let path: String
  nonisolated(unsafe) private let memory: UnsafeMutableRawPointer
  private let isStopped = Atomic(false)
  private let hasEnded = Atomic(false)

  /// Makes the memory and all FIFOs beside `path`: `.ring`, `.bell.in`, `.bell.out`, `.in`, `.out`.
  init(_ path: FilePath) throws {
    self.path = path.string
    for suffix in [".in", ".out", ".bell.in", ".bell.out"] { try makeFIFO(self.path + suffix) }
    let file = Glibc.open(self.path + ".ring", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0, ftruncate(file, Self.bytes) == 0 else { throw Self.failure("make", self.path + ".ring") }
    defer { close(file) }
    guard let memory = mmap(nil, Self.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), memory != MAP_FAILED else {
      throw Self.failure("map", self.path + ".ring")
    }
    self.memory = memory
    _ = SharedRing(make: memory, bytes: Self.bytes, doorbell: Self.doorbell)
  }

  deinit { munmap(memory, Self.bytes) }

  /// QEMU's arguments for the other side.
  static func arguments(_ path: FilePath) -> [String] {
    [
      "-object", "memory-backend-file,id=trace,share=on,mem-path=\(path.string).ring,size=\(bytes)",
      "-device", "ivshmem-plain,memdev=trace",
      "-chardev", "pipe,id=bell,path=\(path.string).bell",
      "-device", "isa-debugcon,iobase=\(doorbell),chardev=bell",
    ]
  }

  /// Begins to carry. Throws when a FIFO cannot be opened.
  func start() throws {
    let bell = try Self.open(path + ".bell.out", O_RDWR)
    _ = fcntl(bell, Self.setPipeSize, Self.doorbellCapacity)
    let out = try Self.open(path + ".out", O_RDWR)
    let commands = try Self.open(path + ".in", O_RDWR)
    Thread.detach { [self] in
      carry(bell: bell, out: out, commands: commands)
      for descriptor in [bell, out, commands] { close(descriptor) }
      hasEnded.store(true, ordering: .releasing)
    }
  }

  /// The machine has ended: what it has written is still carried, for as long as somebody reads.
  func stop() async {
    isStopped.store(true, ordering: .releasing)
    while !hasEnded.load(ordering: .acquiring) { try? await Task.sleep(for: .milliseconds(1)) }
  }

  private func carry(bell: Int32, out: Int32, commands: Int32) {
    guard let ring = SharedRing(at: memory, bytes: Self.bytes) else { return }
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: 65536)
    defer { buffer.deallocate() }
    while true {
      // Before the ring is looked at: what was written before the end is in it.
      let isLast = isStopped.load(ordering: .acquiring)
      var moved = 0
      while case let count = ring.read(buffer, 65536), count > 0 {
        moved += count
        guard hand(buffer, count, to: out) else { return }
      }
      let rung = read(bell, buffer, Int(Self.doorbellCapacity))
      let asked = read(commands, buffer, SharedRing.Layout.commandBytes)
      if asked > 0 { _ = ring.send(Array(UnsafeBufferPointer(start: buffer, count: asked))) }
      if moved == 0 && rung <= 0 {
        if isLast { return }
        var polled = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0)]
        poll(&polled, 1, 4)
      }
    }
  }

  // Waits for a slow reader; gives up when the machine is gone and nobody reads.
  private func hand(_ bytes: UnsafePointer<UInt8>, _ count: Int, to out: Int32) -> Bool {
    var done = 0
    var patience = 250
    while done < count {
      let written = write(out, bytes + done, count - done)
      if written > 0 {
        done += written
        patience = 250
        continue
      }
      if isStopped.load(ordering: .acquiring) {
        patience -= 1
        guard patience > 0 else { return false }
      }
      var polled = [pollfd(fd: out, events: Int16(POLLOUT), revents: 0)]
      poll(&polled, 1, 20)
    }
    return true
  }

  private static func open(_ path: String, _ flags: Int32) throws -> Int32 {
    let descriptor = Glibc.open(path, flags | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", path) }
    return descriptor
  }

  private static func failure(_ what: String, _ path: String) -> GuestError {
    GuestError("cannot \(what) \(path): \(SystemPackage.Errno(rawValue: errno))", exitCode: 74)
  }
}

/// A thread that nobody waits for.
private enum Thread {
  static func detach(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil, { Unmanaged<Box>.fromOpaque($0!).takeRetainedValue().run() }, box.toOpaque())
    if status == 0 { pthread_detach(thread) } else { box.release() }
  }

  private final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    func run() -> UnsafeMutableRawPointer? {
      body()
      return nil
    }
  }
}
