// The first file system: a tmpfs that the initramfs is unpacked into.

import CMachine
import KernelCore
import LinuxABI

enum RootFilesystem {
  static func mount(_ info: borrowing BootInfo) {
    ClockSource.nanoseconds = { Clock.wall() }
    let root = Tmpfs(typeName: "rootfs", rootMode: 0o755)
    MountTable.mountRoot(root, source: Name("rootfs"))
    unpack(info.initramfs, into: root.root)
  }

  private static func unpack(_ range: PhysicalRange, into root: Inode) {
    guard range.end > range.start else { Panic.stop("no initramfs (-initrd)") }
    let bytes = UnsafeRawBufferPointer(
      start: PhysicalAddress(range.start).pointer, count: Int(range.end - range.start))
    do throws(Errno) { try CpioArchive.unpack(bytes, into: root) } catch {
      Console.line(.literal("initramfs: broken archive or no room: errno "), .decimal(Int(error.rawValue)))
    }
    KernelMap.donateInitramfs(range)
  }
}
