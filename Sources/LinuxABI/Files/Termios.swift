// Terminal settings: the kernel's struct termios (36 bytes, asm-generic/termbits.h) and struct winsize.

public struct Termios: BitwiseCopyable, Sendable {
  public var input: InputModes
  public var output: OutputModes
  public var control: UInt32
  public var local: LocalModes
  public var line: UInt8
  public var characters: InlineArray<19, UInt8>

  /// What a new terminal has: "sane", 115200 baud, 8 bits.
  public init() {
    input = [.carriageReturnToNewline, .startStop]
    output = [.process, .newlineToCarriageReturnNewline]
    control = 0o10002 | 0o60 | 0o200 | 0o2000
    local = [.canonical, .signals, .echo, .echoErase, .echoKill, .echoControl, .echoKillErase, .extensions]
    line = 0
    characters = InlineArray(repeating: 0)
    let defaults: InlineArray<17, UInt8> = [3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0]
    for index in 0..<17 { characters[index] = defaults[index] }
  }

  @inlinable
  public subscript(_ character: ControlCharacter) -> UInt8 {
    get { characters[character.rawValue] }
    set { characters[character.rawValue] = newValue }
  }
}

/// Index into c_cc.
public enum ControlCharacter: Int, Sendable {
  case interrupt, quit, erase, kill, endOfFile, time, minimum, swtch, start, stop, suspend, endOfLine, reprint, discard
  case wordErase, literalNext, endOfLine2
}

public struct InputModes: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static var strip: InputModes { InputModes(rawValue: 0o40) }
  public static var newlineToCarriageReturn: InputModes { InputModes(rawValue: 0o100) }
  public static var ignoreCarriageReturn: InputModes { InputModes(rawValue: 0o200) }
  public static var carriageReturnToNewline: InputModes { InputModes(rawValue: 0o400) }
  public static var upperToLower: InputModes { InputModes(rawValue: 0o1000) }
  public static var startStop: InputModes { InputModes(rawValue: 0o2000) }
  public static var ringWhenFull: InputModes { InputModes(rawValue: 0o20000) }
  public static var utf8: InputModes { InputModes(rawValue: 0o40000) }
}

public struct OutputModes: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static var process: OutputModes { OutputModes(rawValue: 0o1) }
  public static var lowerToUpper: OutputModes { OutputModes(rawValue: 0o2) }
  public static var newlineToCarriageReturnNewline: OutputModes { OutputModes(rawValue: 0o4) }
  public static var carriageReturnToNewline: OutputModes { OutputModes(rawValue: 0o10) }
  public static var noCarriageReturnAtColumn0: OutputModes { OutputModes(rawValue: 0o20) }
  public static var newlineReturns: OutputModes { OutputModes(rawValue: 0o40) }
  public static var expandTabs: OutputModes { OutputModes(rawValue: 0o14000) }
}

public struct LocalModes: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static var signals: LocalModes { LocalModes(rawValue: 0o1) }
  public static var canonical: LocalModes { LocalModes(rawValue: 0o2) }
  public static var echo: LocalModes { LocalModes(rawValue: 0o10) }
  public static var echoErase: LocalModes { LocalModes(rawValue: 0o20) }
  public static var echoKill: LocalModes { LocalModes(rawValue: 0o40) }
  public static var echoNewline: LocalModes { LocalModes(rawValue: 0o100) }
  public static var noFlush: LocalModes { LocalModes(rawValue: 0o200) }
  public static var stopBackgroundOutput: LocalModes { LocalModes(rawValue: 0o400) }
  public static var echoControl: LocalModes { LocalModes(rawValue: 0o1000) }
  public static var echoKillErase: LocalModes { LocalModes(rawValue: 0o4000) }
  public static var extensions: LocalModes { LocalModes(rawValue: 0o100000) }
}

/// struct winsize.
public struct WindowSize: Equatable, BitwiseCopyable, Sendable {
  public var rows: UInt16
  public var columns: UInt16
  public var xPixels: UInt16 = 0
  public var yPixels: UInt16 = 0

  public init(rows: UInt16 = 24, columns: UInt16 = 80) {
    self.rows = rows
    self.columns = columns
  }
}
