// Who a process is: user and group ids (credentials(7)), and the permission check of path_resolution(7).
//
// One object a process; changed by its own process only, in the set*id calls; a fork copies it. The file system ids are
// those that count here. User id 0 has every capability.

import LinuxABI

public final class Credentials {
  public var uid: UInt32
  public var euid: UInt32
  public var suid: UInt32
  public var fsuid: UInt32
  public var gid: UInt32
  public var egid: UInt32
  public var sgid: UInt32
  public var fsgid: UInt32
  /// Other threads of the process may be looking while it is changed: lists that were are kept, for setgroups is rare.
  public var groups: [UInt32] {
    get { list._withUnsafeGuaranteedRef { $0.ids } }
    set {
      let new = GroupList(newValue)
      lists.append(new)
      list = Unmanaged.passUnretained(new)
    }
  }

  private final class GroupList {
    let ids: [UInt32]
    init(_ ids: [UInt32]) { self.ids = ids }
  }

  private var list: Unmanaged<GroupList>
  private var lists: [GroupList]

  public init(uid: UInt32 = 0, gid: UInt32 = 0, groups: [UInt32] = []) {
    self.uid = uid
    euid = uid
    suid = uid
    fsuid = uid
    self.gid = gid
    egid = gid
    sgid = gid
    fsgid = gid
    let first = GroupList(groups)
    list = Unmanaged.passUnretained(first)
    lists = [first]
  }

  /// The same rights for another process.
  public func copy() -> Credentials {
    let result = Credentials(uid: uid, gid: gid, groups: groups)
    (result.euid, result.suid, result.fsuid) = (euid, suid, fsuid)
    (result.egid, result.sgid, result.fsgid) = (egid, sgid, fsgid)
    return result
  }

  /// The rights that access(2) asks about: those of the real ids.
  public func withRealIDs() -> Credentials {
    guard fsuid != uid || fsgid != gid else { return self }
    let result = copy()
    result.fsuid = uid
    result.fsgid = gid
    return result
  }

  @inline(__always)
  public var isPrivileged: Bool { fsuid == 0 }

  public func isMember(of group: UInt32) -> Bool {
    if group == fsgid { return true }
    for other in groups where other == group { return true }
    return false
  }

  /// True for the owner of a file and for root.
  public func owns(_ inode: Inode) -> Bool { isPrivileged || fsuid == inode.uid }

  /// - Throws: EACCES unless all the rights are granted.
  @inline(__always)
  public func check(_ inode: Inode, _ access: AccessMode) throws(Errno) {
    if isPrivileged && (!access.contains(.execute) || inode.isDirectory) { return }
    try checkSlowly(inode, access)
  }

  private func checkSlowly(_ inode: Inode, _ access: AccessMode) throws(Errno) {
    let mode = inode.mode
    if isPrivileged {
      // Root may do all but execute a file that nobody may execute.
      if mode.isDisjoint(with: .anyExecute) { throw .EACCES }
      return
    }
    let shift: UInt32 = fsuid == inode.uid ? 6 : isMember(of: inode.gid) ? 3 : 0
    let granted = AccessMode(rawValue: mode.rawValue >> shift & 7)
    guard granted.isSuperset(of: access) else { throw .EACCES }
  }
}
