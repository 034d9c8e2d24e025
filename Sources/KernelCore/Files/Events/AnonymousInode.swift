// Files that are a kernel object and nothing else: eventfd, epoll, timerfd, signalfd, sockets. They have no name in any
// tree; /proc shows what they are.

import LinuxABI

public final class AnonymousInode: Inode {
  public enum Kind: Sendable {
    case event, epoll, timer, signal, socket
  }

  public let kind: Kind

  public init(_ kind: Kind, uid: UInt32 = 0, gid: UInt32 = 0) {
    self.kind = kind
    let mode = kind == .socket ? FileMode(.socket, 0o777) : FileMode(rawValue: 0o600)
    super.init(AnonymousFilesystem.shared, mode: mode, uid: uid, gid: gid)
  }

  /// What readlink shows in /proc/PID/fd.
  func describe(to text: inout TextBuffer) {
    switch kind {
    case .event: text.append("anon_inode:[eventfd]")
    case .epoll: text.append("anon_inode:[eventpoll]")
    case .timer: text.append("anon_inode:[timerfd]")
    case .signal: text.append("anon_inode:[signalfd]")
    case .socket:
      text.append("socket:[")
      text.append(Int(number))
      text.append("]")
    }
  }
}

/// Their home; mounted nowhere.
public final class AnonymousFilesystem: Filesystem {
  nonisolated(unsafe) static let shared = AnonymousFilesystem(typeName: "anon_inodefs")

  public override func statfs() -> Statfs {
    var result = Statfs()
    result.type = FilesystemMagic.anonymous
    return result
  }
}
