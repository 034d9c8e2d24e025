// A program file that is being executed: while it is open this way, nobody may write to it (ETXTBSY, execve(2)).

import LinuxABI
import Synchronization

public final class ProgramFile: OpenFile {
  public init(_ inode: Inode) {
    inode.executions.wrappingAdd(1, ordering: .relaxed)
    super.init(inode, [])
  }

  deinit { inode.executions.wrappingSubtract(1, ordering: .relaxed) }
}

extension Inode {
  /// - Throws: ETXTBSY while a program runs from this file.
  public final func checkNotExecuted() throws(Errno) {
    if executions.load(ordering: .relaxed) != 0 { throw .ETXTBSY }
  }
}
