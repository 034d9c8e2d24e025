// struct signalfd_siginfo: 128 bytes.

public struct SignalFileInfo: BitwiseCopyable, Sendable {
  private var signal: UInt32
  private var errno: Int32
  private var code: Int32
  private var pid: UInt32 = 0
  private var uid: UInt32 = 0
  private var descriptor: Int32 = 0
  private var timer: UInt32 = 0
  private var band: UInt32 = 0
  private var overrun: UInt32 = 0
  private var trap: UInt32 = 0
  private var status: Int32 = 0
  private var int: Int32 = 0
  private var pointer: UInt64 = 0
  private var userTime: UInt64 = 0
  private var systemTime: UInt64 = 0
  private var address: UInt64 = 0
  private var padding: InlineArray<6, UInt64> = InlineArray(repeating: 0)

  public init(_ info: SignalInfo) {
    signal = UInt32(bitPattern: info.number)
    errno = info.errno
    code = info.code
    switch (info.signal, info.code) {
    case (_, SignalInfo.timer):
      timer = UInt32(truncatingIfNeeded: info.first)
      overrun = UInt32(truncatingIfNeeded: info.first >> 32)
      setValue(info)
    case (.child, 1...):
      setSender(info)
      status = info.status
    case (.segmentation, 1...), (.bus, 1...), (.illegal, 1...), (.arithmetic, 1...): address = info.first
    case (_, ..<0):
      setSender(info)
      setValue(info)
    default: setSender(info)
    }
  }

  private mutating func setSender(_ info: SignalInfo) {
    pid = UInt32(bitPattern: info.pid)
    uid = info.uid
  }

  private mutating func setValue(_ info: SignalInfo) {
    int = info.status
    pointer = info.second
  }
}
