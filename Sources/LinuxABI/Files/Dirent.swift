// Layout of the records of getdents(2): struct linux_dirent64 and struct linux_dirent.
//
// linux_dirent64: ino 8, off 8, reclen 2, type 1, name…NUL; linux_dirent: ino 8, off 8, reclen 2, name…NUL, and the
// type in the record's last byte. Both are padded to 8 bytes.

public enum Dirent {
  public static var offsetOfRecordLength: Int { 16 }

  public enum Layout: Sendable {
    case linux, linux64

    /// Where the name starts.
    @inlinable public var nameOffset: Int { self == .linux64 ? 19 : 18 }

    /// Bytes of a record whose name has `count` bytes: name, NUL, and the old layout's type byte.
    @inlinable
    public func recordLength(nameCount count: Int) -> Int {
      let bytes = nameOffset + count + (self == .linux64 ? 1 : 2)
      return (bytes + 7) & ~7
    }
  }
}
