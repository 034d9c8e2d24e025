// The line that the drain writes to: a ring in shared memory where the machine has one (QEMU's ivshmem-plain), else a
// port of virtio-serial, else COM2. Found once at boot; the boot CPU's alone, as the drain is.
//
// The ring's doorbell is a debug port behind a FIFO that the reader drains last: while that is full the machine stands
// still and its clock with it, so nothing is lost and no instruction more is executed, whatever the reader does.

import CMachine
import KernelCore
import Tracer

struct TracePort: ByteSink {
  private static var ring: SharedRing? { unsafeRing }
  nonisolated(unsafe) private static var unsafeRing: SharedRing?
  nonisolated(unsafe) private static var port: VirtioPort?

  /// How long to wait for a line that is not ready, in TSC ticks: not at all in a tick.
  var patience: UInt64 = 0

  /// Looks for a line; false when there is none.
  static func initialize() -> Bool {
    unsafeRing = findRing()
    if ring != nil { return true }
    port = VirtioPort.find()
    if port != nil { return true }
    guard SerialPort.com2.isPresent else { return false }
    SerialPort.com2.initialize(interrupts: false, hasFIFO: true)
    return true
  }

  var burst: Int { Self.ring == nil && Self.port == nil ? 16 : Frame.wireLimit + 1 }

  mutating func write(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
    if let ring = Self.ring { return write(bytes, count, to: ring) }
    if Self.port != nil {
      var taken = 0
      guard
        waitUntil({
          taken = Self.port!.write(bytes, count)
          return taken > 0
        })
      else { return 0 }
      return taken
    }
    guard waitUntil({ SerialPort.com2.canWrite }) else { return 0 }
    for index in 0..<count { SerialPort.com2.writeUnchecked(bytes[index]) }
    return count
  }

  private func write(_ bytes: UnsafePointer<UInt8>, _ count: Int, to ring: SharedRing) -> Int {
    let (taken, isBellDue) = ring.write(bytes, count)
    if isBellDue, ring.doorbell != 0 { apus_outb(ring.doorbell, 0x31) }
    return taken
  }

  func now() -> UInt64 { apus_rdtsc() }

  /// A byte from the host.
  static func read() -> UInt8? {
    if let ring { return ring.receive() }
    return port == nil ? SerialPort.com2.read() : port!.read()
  }

  /// The tick has written all it will: what was gathered goes out.
  static func flush() {
    if port != nil { port!.flush() }
  }

  private func waitUntil(_ isReady: () -> Bool) -> Bool {
    let start = apus_rdtsc()
    while !isReady() {
      guard apus_rdtsc() &- start < patience else { return false }
      apus_pause()
    }
    return true
  }

  private static func findRing() -> SharedRing? {
    guard let device = PCIDevice.find(vendor: 0x1af4, device: 0x1110), let area = device.memory(2) else { return nil }
    device.enableMemory()
    return SharedRing(at: PhysicalAddress(area.address).pointer, bytes: Int(truncatingIfNeeded: area.bytes))
  }
}
