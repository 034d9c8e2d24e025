// The signals that the file side raises (signal(7)).

public enum SignalNumber {
  public static var hangUp: Int32 { 1 }
  public static var interrupt: Int32 { 2 }
  public static var quit: Int32 { 3 }
  public static var pipe: Int32 { 13 }
  public static var `continue`: Int32 { 18 }
  public static var terminalStop: Int32 { 20 }
  public static var terminalInput: Int32 { 21 }
  public static var terminalOutput: Int32 { 22 }
  public static var fileSize: Int32 { 25 }
  public static var windowChange: Int32 { 28 }
}
