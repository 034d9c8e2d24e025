// Changes of attributes, as chmod(2), chown(2) and utimensat(2) describe them, with their checks.

import LinuxABI

/// Which times of an inode an operation stamps.
public struct TimeStamps: OptionSet, Sendable {
  public let rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static var accessed: TimeStamps { TimeStamps(rawValue: 1) }
  public static var modified: TimeStamps { TimeStamps(rawValue: 2) }
  public static var changed: TimeStamps { TimeStamps(rawValue: 4) }
}

/// A time that utimensat sets.
public enum NewTime {
  case omit, now
  case at(Timespec)

  /// - Throws: EINVAL for nanoseconds out of range.
  public init(_ time: Timespec) throws(Errno) {
    switch time.nanoseconds {
    case Timespec.omit: self = .omit
    case Timespec.now: self = .now
    default:
      guard time.isValid else { throw .EINVAL }
      self = .at(time)
    }
  }

  var isNow: Bool { if case .now = self { true } else { false } }
  var isOmit: Bool { if case .omit = self { true } else { false } }

  func value(now: Timespec, old: Timespec) -> Timespec {
    switch self {
    case .omit: old
    case .now: now
    case .at(let time): time
    }
  }
}

extension Inode {
  /// Stamps the time. Lock held.
  final func stamp(_ which: TimeStamps) {
    let now = ClockSource.now
    if which.contains(.accessed) { accessed = now }
    if which.contains(.modified) { modified = now }
    if which.contains(.changed) { changed = now }
  }

  /// Access time by relatime's rule: only when the file has changed since.
  @inline(__always)
  final func stampAccess() {
    guard accessed < modified || accessed < changed || accessed == modified else { return }
    lock.withLock { accessed = ClockSource.now }
  }

  /// chmod(2).
  public final func setMode(_ new: FileMode, as credentials: Credentials) throws(Errno) {
    try filesystem.checkWritable()
    guard credentials.owns(self) else { throw .EPERM }
    var kept = new.intersection(.changeable)
    if !credentials.isPrivileged && !credentials.isMember(of: gid) { kept.remove(.setGroupID) }
    lock.withLock {
      mode = mode.with(permissions: kept)
      stamp(.changed)
    }
  }

  /// chown(2); an id of -1 stays.
  public final func setOwner(uid newUID: UInt32, gid newGID: UInt32, as credentials: Credentials) throws(Errno) {
    try filesystem.checkWritable()
    let toUID = newUID == .max ? uid : newUID
    let toGID = newGID == .max ? gid : newGID
    if !credentials.isPrivileged {
      guard credentials.fsuid == uid, toUID == uid, toGID == gid || credentials.isMember(of: toGID) else {
        throw .EPERM
      }
    }
    lock.withLock {
      uid = toUID
      gid = toGID
      if !mode.isDirectory { mode = mode.withoutPrivilege }
      stamp(.changed)
    }
  }

  /// utimensat(2).
  public final func setTimes(
    accessed newAccessed: NewTime, modified newModified: NewTime, as credentials: Credentials
  ) throws(Errno) {
    if newAccessed.isOmit && newModified.isOmit { return }
    try filesystem.checkWritable()
    if !credentials.owns(self) {
      guard newAccessed.isNow && newModified.isNow else { throw .EPERM }
      try credentials.check(self, .write)
    }
    let now = ClockSource.now
    lock.withLock {
      accessed = newAccessed.value(now: now, old: accessed)
      modified = newModified.value(now: now, old: modified)
      changed = now
    }
  }

  /// What a write or truncation by an ordinary user takes away. Lock held.
  final func dropPrivilege() { mode = mode.withoutPrivilege }
}

extension FileMode {
  /// Without set-user-id, and without set-group-id where it means that.
  var withoutPrivilege: FileMode {
    guard !isDisjoint(with: [.setUserID, .setGroupID]) else { return self }
    return subtracting(contains(.groupExecute) ? [.setUserID, .setGroupID] : .setUserID)
  }
}
