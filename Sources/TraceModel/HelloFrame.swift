// HELLO as the reader sees it.
import Tracer

/// Facts of one boot, and the state of the tracer when they were sent.
public struct HelloFrame: Sendable, Equatable {
  public var version: UInt8
  public var abi: UInt8
  public var cpuCount: Int
  public var tickShift: Int
  public var buildID: [UInt8]
  public var bootID: UInt64
  public var tscHertz: UInt64
  public var tscAtBoot: UInt64
  /// TSC when this was sent.
  public var now: UInt64
  public var enabledKeys: UInt32
  /// How many were sent before since boot: a reader that was there from the start sees 0 or little more.
  public var sequence: UInt64
  public var generation: UInt64
  public var badCommandBytes: UInt64

  /// No clock is faster: what says so is no HELLO, and sums of a few of its seconds must not overflow.
  private static let clockLimit: UInt64 = 1 << 48

  init?(_ reader: inout FrameReader) {
    guard reader.word32() == Frame.magic, let version = reader.byte(), let abi = reader.byte(),
      let cpuCount = reader.byte(), let tickShift = reader.byte(), tickShift < 32, let buildID = reader.bytes(20),
      let bootID = reader.word64(), let tscHertz = reader.word64(), tscHertz > 0, tscHertz < Self.clockLimit,
      let tscAtBoot = reader.word64(), let now = reader.word64(), let enabledKeys = reader.word32(),
      let sequence = reader.varint(), let generation = reader.varint(), let badCommandBytes = reader.varint()
    else { return nil }
    self.version = version
    self.abi = abi
    self.cpuCount = Int(cpuCount)
    self.tickShift = Int(tickShift)
    self.buildID = buildID
    self.bootID = bootID
    self.tscHertz = tscHertz
    self.tscAtBoot = tscAtBoot
    self.now = now
    self.enabledKeys = enabledKeys
    self.sequence = sequence
    self.generation = generation
    self.badCommandBytes = badCommandBytes
  }
}
