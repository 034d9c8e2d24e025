// /dev/null, zero, full, random and urandom: devices without a machine behind them.

import LinuxABI

/// What a memory device gives and takes.
public enum MemoryDeviceKind: Sendable {
  case null
  case zero
  case full
  case random
}

/// The driver of one of them.
public final class MemoryDevice: CharacterDevice {
  private let kind: MemoryDeviceKind
  /// Sixty-four random bits.
  nonisolated(unsafe) static var randomWord: @convention(c) () -> UInt64 = { 0 }

  public init(_ kind: MemoryDeviceKind, minor: UInt32) {
    self.kind = kind
    super.init(major: 1, minor: minor)
  }

  /// Registers all of them under their Linux numbers. Called once, at boot.
  public static func registerAll(randomWord: @escaping @convention(c) () -> UInt64) {
    Self.randomWord = randomWord
    DeviceTable.register(MemoryDevice(.null, minor: 3))
    DeviceTable.register(MemoryDevice(.zero, minor: 5))
    DeviceTable.register(MemoryDevice(.full, minor: 7))
    DeviceTable.register(MemoryDevice(.random, minor: 8))
    DeviceTable.register(MemoryDevice(.random, minor: 9))
  }

  public override func open(_ inode: Inode, _ flags: OpenFlags) throws(Errno) -> OpenFile {
    MemoryDeviceFile(inode, flags, kind)
  }
}

/// An open memory device. It has no position: every seek leads to 0.
final class MemoryDeviceFile: OpenFile {
  private let kind: MemoryDeviceKind

  init(_ inode: Inode, _ flags: OpenFlags, _ kind: MemoryDeviceKind) {
    self.kind = kind
    super.init(inode, flags)
  }

  override func read(_ transfer: inout UserTransfer) throws(Errno) {
    switch kind {
    case .null: break
    case .zero, .full: _ = transfer.clear(transfer.remaining)
    case .random: fill(&transfer)
    }
  }

  override func write(_ transfer: inout UserTransfer) throws(Errno) {
    if kind == .full && transfer.remaining > 0 { throw .ENOSPC }
    transfer.discard(transfer.remaining)
  }

  override func read(_ transfer: inout UserTransfer, at position: Int64) throws(Errno) { try read(&transfer) }
  override func write(_ transfer: inout UserTransfer, at position: Int64) throws(Errno) { try write(&transfer) }
  override func seek(_ distance: Int64, _ whence: Int32) throws(Errno) -> Int64 { 0 }

  override func page(at index: Int) throws(Errno) -> FrameNumber? {
    guard kind == .zero else { throw .ENODEV }
    return try Frames.allocateZeroed()
  }

  private func fill(_ transfer: inout UserTransfer) {
    var chunk = InlineArray<32, UInt64>(repeating: 0)
    while transfer.remaining > 0, !transfer.faulted {
      let count = min(transfer.remaining, 256)
      for index in 0..<(count + 7) / 8 { chunk[index] = MemoryDevice.randomWord() }
      withUnsafeBytes(of: &chunk) { bytes in
        _ = transfer.copyOut(bytes.baseAddress.unsafelyUnwrapped, count)
      }
    }
  }
}
