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
    FilePages.reserve = KernelHeap.reserveFrames
    MemoryDevice.registerAll(randomWord: { Random.word() })
    mount("devtmpfs", on: "dev", of: root.root)
    mount("proc", on: "proc", of: root.root)
  }

  /// Mounts a file system over a directory of the root, which is made if the archive had none.
  private static func mount(_ type: StaticString, on directory: StaticString, of root: Inode) {
    do throws(Errno) {
      let filesystem = try FilesystemTypes.make(Name(type), [])
      try MountTable.mount(filesystem, on: try self.directory(Name(directory), of: root), source: Name(type))
    } catch {
      Console.line(.literal(type), .literal(": not mounted: errno "), .decimal(Int(error.rawValue)))
    }
  }

  private static func directory(_ name: Name, of root: Inode) throws(Errno) -> Inode {
    do throws(Errno) { return try root.lookup(name) } catch {
      return try root.create(name, NewNode(mode: FileMode(.directory, 0o755), as: Credentials()))
    }
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
