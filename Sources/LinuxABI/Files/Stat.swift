// struct stat of x86_64: 144 bytes (asm/stat.h).

public struct Stat: BitwiseCopyable, Sendable {
  public var device: UInt64 = 0
  public var inode: UInt64 = 0
  public var links: UInt64 = 0
  public var mode = FileMode()
  public var uid: UInt32 = 0
  public var gid: UInt32 = 0
  private var padding: UInt32 = 0
  public var specialDevice = DeviceNumber(rawValue: 0)
  public var size: Int64 = 0
  public var blockSize: Int64 = 0
  /// In units of 512 bytes.
  public var blocks: Int64 = 0
  public var accessed = Timespec()
  public var modified = Timespec()
  public var changed = Timespec()
  private var unused: InlineArray<3, Int64> = InlineArray(repeating: 0)

  public init() {}
}
