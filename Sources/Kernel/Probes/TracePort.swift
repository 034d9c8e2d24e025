// The line that the drain writes to: a ring in shared memory where the machine has one (QEMU's ivshmem-plain), else
// COM2. Found once at boot; the boot CPU's alone, as the drain is.
//
// The ring's doorbell is a debug port behind a FIFO that the reader drains last: while that is full the machine stands
// still and its clock with it, so nothing is lost and no instruction more is executed, whatever the reader does.

import CMachine
import KernelCore
import Tracer

struct TracePort: ByteSink {
  private static var ring: SharedRing? { unsafeRing }
  nonisolated(unsafe) private static var unsafeRing: SharedRing?
  nonisolated(unsafe) private static var hasUART = false

  /// How long to wait for a line that is not ready, in TSC ticks: not at all in a tick.
  var patience: UInt64 = 0

  /// Looks for a line; false when there is none.
  static func initialize() -> Bool {
    unsafeRing = findRing()
    hasUART = ring == nil && SerialPort.com2.isPresent
    if hasUART { SerialPort.com2.initialize(interrupts: false, hasFIFO: true) }
    return hasUART || ring != nil
  }

  var burst: Int { Self.ring == nil ? 16 : Frame.wireLimit + 1 }

  mutating func write(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
    if let ring = Self.ring { return write(bytes, count, to: ring) }
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
  static func read() -> UInt8? { ring.map { $0.receive() } ?? SerialPort.com2.read() }

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
