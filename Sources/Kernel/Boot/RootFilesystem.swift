import KernelCore
import LinuxABI
enum RootFilesystem { static func mount(_ info: borrowing BootInfo) {} }
enum ConsoleTerminal { static func initialize() {}
  static func open(for process: Process) throws(Errno) -> OpenFile { throw .ENXIO } }
enum ConsoleInput { static func interrupt() {} }
