// Request numbers of ioctl(2) that the kernel knows (asm-generic/ioctls.h).

public enum Ioctl {
  public static var getAttributes: UInt32 { 0x5401 }
  public static var setAttributes: UInt32 { 0x5402 }
  public static var setAttributesDrain: UInt32 { 0x5403 }
  public static var setAttributesFlush: UInt32 { 0x5404 }
  public static var sendBreak: UInt32 { 0x5409 }
  public static var startStop: UInt32 { 0x540a }
  public static var flush: UInt32 { 0x540b }
  public static var setControllingTerminal: UInt32 { 0x540e }
  public static var getForegroundGroup: UInt32 { 0x540f }
  public static var setForegroundGroup: UInt32 { 0x5410 }
  public static var outputQueued: UInt32 { 0x5411 }
  public static var getWindowSize: UInt32 { 0x5413 }
  public static var setWindowSize: UInt32 { 0x5414 }
  public static var inputQueued: UInt32 { 0x541b }
  // Of the master of a pseudo-terminal.
  public static var packetMode: UInt32 { 0x5420 }
  public static var getPeer: UInt32 { 0x5441 }
  public static var getPTYNumber: UInt32 { 0x8004_5430 }
  public static var setPTYLock: UInt32 { 0x4004_5431 }
  public static var getPTYLock: UInt32 { 0x8004_5439 }
  public static var setNonBlocking: UInt32 { 0x5421 }
  public static var giveUpTerminal: UInt32 { 0x5422 }
  public static var sendBreakPOSIX: UInt32 { 0x5425 }
  public static var getSession: UInt32 { 0x5429 }
  public static var clearCloseOnExec: UInt32 { 0x5450 }
  public static var setCloseOnExec: UInt32 { 0x5451 }
  public static var setAsync: UInt32 { 0x5452 }
}
