// HELLO: everything a reader must know before it can make sense of the rest. Sent each second and on request.

/// Facts of one boot. Fixed after `Drain` is made.
public struct BootInfo {
  /// Random, so that two boots are told apart.
  public var bootID: UInt64
  /// 20 bytes of the note `.note.gnu.build-id`; zeros when there is none.
  public var buildID: UnsafePointer<UInt8>
  public var tscHertz: UInt64
  /// TSC when the kernel began.
  public var tscAtBoot: UInt64
  public var tickShift: Int
  /// Whose system calls are traced: 1 is linux-x86_64.
  public var abi: UInt8

  public init(
    bootID: UInt64, buildID: UnsafePointer<UInt8>, tscHertz: UInt64, tscAtBoot: UInt64, tickShift: Int,
    abi: UInt8 = 1
  ) {
    self.bootID = bootID
    self.buildID = buildID
    self.tscHertz = tscHertz
    self.tscAtBoot = tscAtBoot
    self.tickShift = tickShift
    self.abi = abi
  }

  public var tag: UInt8 { UInt8(truncatingIfNeeded: bootID & 15) }
}

/// What changes from one HELLO to the next.
struct HelloState {
  var sequence: UInt64
  var now: UInt64
  var cpus: Int
  var enabledKeys: UInt32
  var generation: UInt64
  var badCommandBytes: UInt64
}

extension FrameWriter {
  mutating func hello(_ boot: BootInfo, _ state: HelloState) {
    byte(Frame.head(.hello, tag: boot.tag))
    word32(Frame.magic)
    byte(Frame.version)
    byte(boot.abi)
    byte(UInt8(truncatingIfNeeded: state.cpus))
    byte(UInt8(truncatingIfNeeded: boot.tickShift))
    for index in 0..<20 { byte(boot.buildID[index]) }
    word64(boot.bootID)
    word64(boot.tscHertz)
    word64(boot.tscAtBoot)
    word64(state.now)
    word32(state.enabledKeys)
    varint(state.sequence)
    varint(state.generation)
    varint(state.badCommandBytes)
  }
}
