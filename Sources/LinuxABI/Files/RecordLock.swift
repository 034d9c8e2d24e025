// struct flock of fcntl(2) and the kinds of record locks.

public struct Flock: BitwiseCopyable, Sendable {
  public var kind: Int16 = 0
  public var whence: Int16 = 0
  private var padding: Int32 = 0
  public var start: Int64 = 0
  /// 0 means to the end of the file, however far that moves; negative: the bytes before `start`.
  public var length: Int64 = 0
  public var pid: Int32 = 0
  private var padding2: Int32 = 0

  public init() {}

  public static var read: Int16 { 0 }
  public static var write: Int16 { 1 }
  public static var unlock: Int16 { 2 }
}
