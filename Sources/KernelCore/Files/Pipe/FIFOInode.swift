// The inode of a FIFO, and of an anonymous pipe, which is a FIFO without a name: both are opened again through
// /proc/PID/fd. The ring is made by the first open.

import LinuxABI

public final class FIFOInode: Inode {
  private var ring: Pipe?

  /// The two ends of a new anonymous pipe. `flags` holds O_NONBLOCK and O_DIRECT at most.
  /// - Throws: ENOMEM.
  public static func makePipe(_ flags: OpenFlags) throws(Errno) -> (reader: OpenFile, writer: OpenFile) {
    let inode = FIFOInode(PipeFilesystem.shared, mode: FileMode(.fifo, 0o600))
    let ring = try inode.madeRing()
    let reader = PipeEnd(inode, ring, flags, waitsForPeer: false)
    let writer = PipeEnd(inode, ring, flags.union(.writeOnly), waitsForPeer: false)
    return (reader, writer)
  }

  public override func open(_ flags: OpenFlags) throws(Errno) -> OpenFile {
    let ring = try madeRing()
    // An anonymous pipe that is opened again, through /proc, waits for nobody.
    if filesystem === PipeFilesystem.shared { return PipeEnd(self, ring, flags, waitsForPeer: false) }
    let blocks = !flags.contains(.nonBlocking)
    switch (flags.isReadable, flags.isWritable) {
    case (true, true): return PipeEnd(self, ring, flags, waitsForPeer: false)
    case (true, false): return PipeEnd(self, ring, flags, waitsForPeer: blocks && !ring.hasWriters)
    default:
      guard blocks || ring.hasReaders else { throw .ENXIO }
      return PipeEnd(self, ring, flags, waitsForPeer: blocks && !ring.hasReaders)
    }
  }

  private func madeRing() throws(Errno) -> Pipe {
    lock.acquire()
    defer { lock.release() }
    if let ring { return ring }
    let made = try Pipe()
    ring = made
    return made
  }
}

/// The home of anonymous pipes; mounted nowhere.
public final class PipeFilesystem: Filesystem {
  nonisolated(unsafe) static let shared = PipeFilesystem(typeName: "pipefs")

  public override func statfs() -> Statfs {
    var result = Statfs()
    result.type = FilesystemMagic.pipe
    return result
  }
}
