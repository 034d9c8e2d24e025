// How a trace leaves a machine that is launched here.

import Subprocess
import SystemPackage

public enum TraceTransport: String, Sendable, CaseIterable {
  /// The best that this QEMU offers.
  case auto
  /// Shared memory (ivshmem-plain): loses nothing, costs the machine no exits, and stops its clock for a slow reader.
  case ring
  /// A port of virtio-serial: nearly as fast, and a slow reader costs records.
  case virtio
  /// COM2: every machine has it; a byte costs microseconds, and a slow reader costs records.
  case uart

  /// Settles what `auto` means.
  public func resolved() async throws -> TraceTransport {
    guard self == .auto else { return self }
    let help = try? await Subprocess.run(
      .name("qemu-system-x86_64"), arguments: ["-device", "help"], output: .string(limit: 1 << 20), error: .discarded)
    let devices = help?.standardOutput ?? ""
    if devices.contains("ivshmem-plain"), devices.contains("isa-debugcon") { return .ring }
    return devices.contains("virtserialport") ? .virtio : .uart
  }

  /// The line, as a pair of FIFOs beside `path`.
  public func line(_ path: FilePath) -> GuestConfiguration.TraceLine {
    switch self {
    case .ring: .ring(path)
    case .virtio: .port(path)
    case .uart, .auto: .pipe(path)
    }
  }
}
