// /proc/sysrq-trigger: a byte written to it is a request to the kernel (kernel Documentation, admin-guide/sysrq).

import LinuxABI

final class ProcTrigger: Inode {
  init(_ filesystem: ProcFilesystem) { super.init(filesystem, mode: FileMode(.regular, 0o200)) }

  override func open(_ flags: OpenFlags) throws(Errno) -> OpenFile { ProcTriggerFile(self, flags) }
  override func truncate(to size: Int64) throws(Errno) {}
}

private final class ProcTriggerFile: OpenFile {
  override func write(_ transfer: inout UserTransfer) throws(Errno) {
    var byte: UInt8 = 0
    guard transfer.copyIn(&byte, 1) == 1 else { return }
    transfer.discard(transfer.remaining)
    unsafeDowncast(inode.filesystem, to: ProcFilesystem.self).inspector.trigger(byte)
  }
}
