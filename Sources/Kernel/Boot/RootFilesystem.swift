// The first file system: a tmpfs that the initramfs is unpacked into.

import CMachine
import KernelCore
import LinuxABI

enum RootFilesystem {
  static func mount(_ info: borrowing BootInfo) {
    ClockSource.nanoseconds = { Clock.wall() }
    UnixSocket.currentCredentials = { Thread.current.messageCredentials }
    let root = Tmpfs(typeName: "rootfs", rootMode: 0o755)
    MountTable.mountRoot(root, source: Name("rootfs"))
    unpack(info.initramfs, into: root.root)
    FilePages.reserve = KernelHeap.reserveFrames
    VirtualObject.initialize()
    MemoryDevice.registerAll { Random.word() }
    mount("devtmpfs", on: "dev", root)
    PseudoTerminals.register()
    mountTerminals(root)
    mount("proc", on: "proc", root)
  }

  /// Programs find /dev and /proc without an init that mounts them.
  private static func mount(_ type: StaticString, on name: StaticString, _ root: Filesystem) {
    do throws(Errno) {
      let filesystem = try FilesystemTypes.make(Name(type), [])
      try MountTable.mount(filesystem, on: try directory(Name(name), in: root.root), source: Name(type))
    } catch {
      Console.line(.literal("cannot mount "), .literal(type), .literal(": errno "), .decimal(Int(error.rawValue)))
    }
  }

  private static func mountTerminals(_ root: Filesystem) {
    do throws(Errno) {
      var walk = try PathWalk(Name("/dev/pts"), from: MountTable.root!, root: MountTable.root!, as: Credentials())
      try MountTable.mount(PseudoTerminals.makeFilesystem([]), on: try walk.resolve(), source: Name("devpts"))
    } catch { Console.line(.literal("cannot mount devpts: errno "), .decimal(Int(error.rawValue))) }
  }

  private static func directory(_ name: Name, in root: Inode) throws(Errno) -> Inode {
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
