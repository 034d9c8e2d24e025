// A port of QEMU's virtio-serial: bytes out and in through two queues (Virtual I/O Device 0.9.5 and the "Console Device" of
// version 1.0, through the legacy interface of a transitional PCI device). Polled: no interrupt is asked for.
//
// Output is gathered in buffers of 4 KiB and handed over when one is full, or by `flush`. When the host has not given a
// buffer back yet there is no room, and `write` says so. The boot CPU's alone, as the drain is.

import CMachine
import KernelCore
import LinuxABI

struct VirtioPort {
  private let base: UInt16
  private var output: VirtioQueue
  private var input: VirtioQueue
  private var filling: UInt16 = 0
  private var filled = 0
  private var received = 0
  private var position = 0

  private static let bufferBytes = 4096
  /// The first port that is no console is number 1; its queues follow those of port 0 and of the control channel.
  private static let port: UInt32 = 1

  /// The port of the machine, ready for use; nil when there is none.
  static func find() -> VirtioPort? {
    guard let device = PCIDevice.find(vendor: 0x1af4, device: 0x1003), let base = device.ports(0) else { return nil }
    device.enablePorts()
    return VirtioPort(base: base)
  }

  private init?(base: UInt16) {
    self.base = base
    apus_outb(base + 18, 0)  // reset
    apus_outb(base + 18, 3)  // a driver is here
    apus_outl(base + 4, apus_inl(base) & 2)  // several ports
    guard let output = VirtioQueue(base, 5, buffers: 16, isDeviceWritten: false),
      let input = VirtioQueue(base, 4, buffers: 1, isDeviceWritten: true),
      var control = VirtioQueue(base, 3, buffers: 4, isDeviceWritten: false)
    else { return nil }
    self.output = output
    self.input = input
    apus_outb(base + 18, 7)  // the driver is ready
    Self.tell(&control, event: 0)  // the device may add its ports
    Self.tell(&control, event: 3)  // this one is ready
    Self.tell(&control, event: 6)  // and open
    self.input.submit(0, bytes: Self.bufferBytes)
  }

  // struct virtio_console_control: port, event, value.
  private static func tell(_ control: inout VirtioQueue, event: UInt16) {
    guard let slot = control.free() else { return }
    let message = control.buffer(slot)
    message.storeBytes(of: port, as: UInt32.self)
    message.storeBytes(of: event, toByteOffset: 4, as: UInt16.self)
    message.storeBytes(of: 1, toByteOffset: 6, as: UInt16.self)
    control.submit(slot, bytes: 8)
  }

  /// Takes what fits.
  mutating func write(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
    if filled == 0 {
      guard let slot = output.free() else { return 0 }
      filling = slot
    }
    let taken = min(count, Self.bufferBytes - filled)
    (output.buffer(filling) + filled).copyMemory(from: bytes, byteCount: taken)
    filled += taken
    if filled == Self.bufferBytes { flush() }
    return taken
  }

  /// Hands over what has been gathered.
  mutating func flush() {
    guard filled > 0 else { return }
    output.submit(filling, bytes: filled)
    filled = 0
  }

  /// The next byte from the host.
  mutating func read() -> UInt8? {
    if position == received {
      guard let bytes = input.finished() else { return nil }
      received = min(bytes, Self.bufferBytes)
      position = 0
    }
    guard position < received else {
      input.submit(0, bytes: Self.bufferBytes)
      return nil
    }
    let byte = input.buffer(0).load(fromByteOffset: position, as: UInt8.self)
    position += 1
    if position == received {
      (received, position) = (0, 0)
      input.submit(0, bytes: Self.bufferBytes)
    }
    return byte
  }
}

/// One queue with a buffer of 4 KiB for each descriptor that is used. Split virtqueue: descriptors, available ring, used ring.
struct VirtioQueue {
  private let base: UInt16
  private let number: UInt16
  private let size: Int
  private let buffers: Int
  private let memory: UnsafeMutableRawPointer
  private let data: UnsafeMutableRawPointer
  private var submitted: UInt16 = 0
  private var seen: UInt16 = 0
  /// Bit n: buffer n is the host's.
  private var busy: UInt32 = 0
  private let isDeviceWritten: Bool

  init?(_ base: UInt16, _ number: UInt16, buffers: Int, isDeviceWritten: Bool) {
    apus_outw(base + 14, number)
    size = Int(apus_inl(base + 12) & 0xffff)
    guard size >= buffers, size <= 1024, let memory = Self.pages(3), let data = Self.pages(Self.order(of: buffers))
    else {
      return nil
    }
    (self.base, self.number, self.buffers, self.isDeviceWritten) = (base, number, buffers, isDeviceWritten)
    (self.memory, self.data) = (memory, data)
    apus_outl(base + 8, UInt32(truncatingIfNeeded: Self.physical(memory) >> 12))
  }

  func buffer(_ slot: UInt16) -> UnsafeMutableRawPointer { data + Int(slot) * 4096 }

  /// A buffer that the host does not have.
  mutating func free() -> UInt16? {
    while finished() != nil {}
    let slot = (~busy).trailingZeroBitCount
    return slot < buffers ? UInt16(slot) : nil
  }

  /// Bytes in the next buffer that the host has given back; nil when it has given none.
  mutating func finished() -> Int? {
    let index = apus_trace_load(word(used)) >> 16 & 0xffff
    guard UInt16(truncatingIfNeeded: index) != seen else { return nil }
    let entry = memory + used + 4 + Int(seen) % size * 8
    busy &= ~(1 << (entry.load(as: UInt32.self) & 31))
    seen &+= 1
    return Int(entry.load(fromByteOffset: 4, as: UInt32.self))
  }

  /// Gives a buffer to the host.
  mutating func submit(_ slot: UInt16, bytes: Int) {
    let descriptor = memory + Int(slot) * 16
    descriptor.storeBytes(of: Self.physical(buffer(slot)), as: UInt64.self)
    descriptor.storeBytes(of: UInt32(bytes), toByteOffset: 8, as: UInt32.self)
    descriptor.storeBytes(of: isDeviceWritten ? 2 : 0, toByteOffset: 12, as: UInt32.self)
    (memory + available + 4 + Int(submitted) % size * 2).storeBytes(of: slot, as: UInt16.self)
    apus_trace_fence()
    submitted &+= 1
    // Flag 1: no interrupt.
    (memory + available).storeBytes(of: UInt32(submitted) << 16 | 1, as: UInt32.self)
    busy |= 1 << UInt32(slot)
    apus_trace_fence()
    apus_outw(base + 16, number)
  }

  private var available: Int { size * 16 }
  // On the next page after the available ring (0.9.5, section 2.3).
  private var used: Int { (available + 6 + size * 2 + 4095) & ~4095 }

  private func word(_ offset: Int) -> UnsafeMutablePointer<UInt64> {
    (memory + offset).assumingMemoryBound(to: UInt64.self)
  }

  private static func physical(_ pointer: UnsafeMutableRawPointer) -> UInt64 {
    UInt64(UInt(bitPattern: pointer) &- DirectMap.base)
  }

  private static func order(of pages: Int) -> Int {
    var order = 0
    while 1 << order < pages { order += 1 }
    return order
  }

  private static func pages(_ order: Int) -> UnsafeMutableRawPointer? {
    do throws(Errno) {
      let memory = try Frames.allocate(order: order).pointer
      memory.initializeMemory(as: UInt8.self, repeating: 0, count: 4096 << order)
      return memory
    } catch { return nil }
  }
}
