// Error numbers of Linux (errno(3), asm-generic/errno.h), the only error type of the kernel.

/// A Linux error number. Handlers throw it; the dispatcher turns it into `-errno` in one place.
public struct Errno: Error, RawRepresentable, Hashable, Sendable {
  public let rawValue: Int32

  @inline(__always)
  public init(rawValue: Int32) { self.rawValue = rawValue }
}

extension Errno {
  /// Operation not permitted.
  public static var EPERM: Errno { Errno(rawValue: 1) }
  /// No such file or directory.
  public static var ENOENT: Errno { Errno(rawValue: 2) }
  /// No such process.
  public static var ESRCH: Errno { Errno(rawValue: 3) }
  /// Interrupted system call.
  public static var EINTR: Errno { Errno(rawValue: 4) }
  /// I/O error.
  public static var EIO: Errno { Errno(rawValue: 5) }
  /// No such device or address.
  public static var ENXIO: Errno { Errno(rawValue: 6) }
  /// Argument list too long.
  public static var E2BIG: Errno { Errno(rawValue: 7) }
  /// Exec format error.
  public static var ENOEXEC: Errno { Errno(rawValue: 8) }
  /// Bad file number.
  public static var EBADF: Errno { Errno(rawValue: 9) }
  /// No child processes.
  public static var ECHILD: Errno { Errno(rawValue: 10) }
  /// Try again.
  public static var EAGAIN: Errno { Errno(rawValue: 11) }
  /// Out of memory.
  public static var ENOMEM: Errno { Errno(rawValue: 12) }
  /// Permission denied.
  public static var EACCES: Errno { Errno(rawValue: 13) }
  /// Bad address.
  public static var EFAULT: Errno { Errno(rawValue: 14) }
  /// Block device required.
  public static var ENOTBLK: Errno { Errno(rawValue: 15) }
  /// Device or resource busy.
  public static var EBUSY: Errno { Errno(rawValue: 16) }
  /// File exists.
  public static var EEXIST: Errno { Errno(rawValue: 17) }
  /// Cross-device link.
  public static var EXDEV: Errno { Errno(rawValue: 18) }
  /// No such device.
  public static var ENODEV: Errno { Errno(rawValue: 19) }
  /// Not a directory.
  public static var ENOTDIR: Errno { Errno(rawValue: 20) }
  /// Is a directory.
  public static var EISDIR: Errno { Errno(rawValue: 21) }
  /// Invalid argument.
  public static var EINVAL: Errno { Errno(rawValue: 22) }
  /// File table overflow.
  public static var ENFILE: Errno { Errno(rawValue: 23) }
  /// Too many open files.
  public static var EMFILE: Errno { Errno(rawValue: 24) }
  /// Not a typewriter.
  public static var ENOTTY: Errno { Errno(rawValue: 25) }
  /// Text file busy.
  public static var ETXTBSY: Errno { Errno(rawValue: 26) }
  /// File too large.
  public static var EFBIG: Errno { Errno(rawValue: 27) }
  /// No space left on device.
  public static var ENOSPC: Errno { Errno(rawValue: 28) }
  /// Illegal seek.
  public static var ESPIPE: Errno { Errno(rawValue: 29) }
  /// Read-only file system.
  public static var EROFS: Errno { Errno(rawValue: 30) }
  /// Too many links.
  public static var EMLINK: Errno { Errno(rawValue: 31) }
  /// Broken pipe.
  public static var EPIPE: Errno { Errno(rawValue: 32) }
  /// Math argument out of domain of func.
  public static var EDOM: Errno { Errno(rawValue: 33) }
  /// Math result not representable.
  public static var ERANGE: Errno { Errno(rawValue: 34) }
  /// Resource deadlock would occur.
  public static var EDEADLK: Errno { Errno(rawValue: 35) }
  /// File name too long.
  public static var ENAMETOOLONG: Errno { Errno(rawValue: 36) }
  /// No record locks available.
  public static var ENOLCK: Errno { Errno(rawValue: 37) }
  /// Invalid system call number.
  public static var ENOSYS: Errno { Errno(rawValue: 38) }
  /// Directory not empty.
  public static var ENOTEMPTY: Errno { Errno(rawValue: 39) }
  /// Too many symbolic links encountered.
  public static var ELOOP: Errno { Errno(rawValue: 40) }
  /// No message of desired type.
  public static var ENOMSG: Errno { Errno(rawValue: 42) }
  /// Identifier removed.
  public static var EIDRM: Errno { Errno(rawValue: 43) }
  /// Channel number out of range.
  public static var ECHRNG: Errno { Errno(rawValue: 44) }
  /// Level 2 not synchronized.
  public static var EL2NSYNC: Errno { Errno(rawValue: 45) }
  /// Level 3 halted.
  public static var EL3HLT: Errno { Errno(rawValue: 46) }
  /// Level 3 reset.
  public static var EL3RST: Errno { Errno(rawValue: 47) }
  /// Link number out of range.
  public static var ELNRNG: Errno { Errno(rawValue: 48) }
  /// Protocol driver not attached.
  public static var EUNATCH: Errno { Errno(rawValue: 49) }
  /// No CSI structure available.
  public static var ENOCSI: Errno { Errno(rawValue: 50) }
  /// Level 2 halted.
  public static var EL2HLT: Errno { Errno(rawValue: 51) }
  /// Invalid exchange.
  public static var EBADE: Errno { Errno(rawValue: 52) }
  /// Invalid request descriptor.
  public static var EBADR: Errno { Errno(rawValue: 53) }
  /// Exchange full.
  public static var EXFULL: Errno { Errno(rawValue: 54) }
  /// No anode.
  public static var ENOANO: Errno { Errno(rawValue: 55) }
  /// Invalid request code.
  public static var EBADRQC: Errno { Errno(rawValue: 56) }
  /// Invalid slot.
  public static var EBADSLT: Errno { Errno(rawValue: 57) }
  /// Bad font file format.
  public static var EBFONT: Errno { Errno(rawValue: 59) }
  /// Device not a stream.
  public static var ENOSTR: Errno { Errno(rawValue: 60) }
  /// No data available.
  public static var ENODATA: Errno { Errno(rawValue: 61) }
  /// Timer expired.
  public static var ETIME: Errno { Errno(rawValue: 62) }
  /// Out of streams resources.
  public static var ENOSR: Errno { Errno(rawValue: 63) }
  /// Machine is not on the network.
  public static var ENONET: Errno { Errno(rawValue: 64) }
  /// Package not installed.
  public static var ENOPKG: Errno { Errno(rawValue: 65) }
  /// Object is remote.
  public static var EREMOTE: Errno { Errno(rawValue: 66) }
  /// Link has been severed.
  public static var ENOLINK: Errno { Errno(rawValue: 67) }
  /// Advertise error.
  public static var EADV: Errno { Errno(rawValue: 68) }
  /// Srmount error.
  public static var ESRMNT: Errno { Errno(rawValue: 69) }
  /// Communication error on send.
  public static var ECOMM: Errno { Errno(rawValue: 70) }
  /// Protocol error.
  public static var EPROTO: Errno { Errno(rawValue: 71) }
  /// Multihop attempted.
  public static var EMULTIHOP: Errno { Errno(rawValue: 72) }
  /// RFS specific error.
  public static var EDOTDOT: Errno { Errno(rawValue: 73) }
  /// Not a data message.
  public static var EBADMSG: Errno { Errno(rawValue: 74) }
  /// Value too large for defined data type.
  public static var EOVERFLOW: Errno { Errno(rawValue: 75) }
  /// Name not unique on network.
  public static var ENOTUNIQ: Errno { Errno(rawValue: 76) }
  /// File descriptor in bad state.
  public static var EBADFD: Errno { Errno(rawValue: 77) }
  /// Remote address changed.
  public static var EREMCHG: Errno { Errno(rawValue: 78) }
  /// Can not access a needed shared library.
  public static var ELIBACC: Errno { Errno(rawValue: 79) }
  /// Accessing a corrupted shared library.
  public static var ELIBBAD: Errno { Errno(rawValue: 80) }
  /// .lib section in a.out corrupted.
  public static var ELIBSCN: Errno { Errno(rawValue: 81) }
  /// Attempting to link in too many shared libraries.
  public static var ELIBMAX: Errno { Errno(rawValue: 82) }
  /// Cannot exec a shared library directly.
  public static var ELIBEXEC: Errno { Errno(rawValue: 83) }
  /// Illegal byte sequence.
  public static var EILSEQ: Errno { Errno(rawValue: 84) }
  /// Interrupted system call should be restarted.
  public static var ERESTART: Errno { Errno(rawValue: 85) }
  /// Streams pipe error.
  public static var ESTRPIPE: Errno { Errno(rawValue: 86) }
  /// Too many users.
  public static var EUSERS: Errno { Errno(rawValue: 87) }
  /// Socket operation on non-socket.
  public static var ENOTSOCK: Errno { Errno(rawValue: 88) }
  /// Destination address required.
  public static var EDESTADDRREQ: Errno { Errno(rawValue: 89) }
  /// Message too long.
  public static var EMSGSIZE: Errno { Errno(rawValue: 90) }
  /// Protocol wrong type for socket.
  public static var EPROTOTYPE: Errno { Errno(rawValue: 91) }
  /// Protocol not available.
  public static var ENOPROTOOPT: Errno { Errno(rawValue: 92) }
  /// Protocol not supported.
  public static var EPROTONOSUPPORT: Errno { Errno(rawValue: 93) }
  /// Socket type not supported.
  public static var ESOCKTNOSUPPORT: Errno { Errno(rawValue: 94) }
  /// Operation not supported on transport endpoint.
  public static var EOPNOTSUPP: Errno { Errno(rawValue: 95) }
  /// Protocol family not supported.
  public static var EPFNOSUPPORT: Errno { Errno(rawValue: 96) }
  /// Address family not supported by protocol.
  public static var EAFNOSUPPORT: Errno { Errno(rawValue: 97) }
  /// Address already in use.
  public static var EADDRINUSE: Errno { Errno(rawValue: 98) }
  /// Cannot assign requested address.
  public static var EADDRNOTAVAIL: Errno { Errno(rawValue: 99) }
  /// Network is down.
  public static var ENETDOWN: Errno { Errno(rawValue: 100) }
  /// Network is unreachable.
  public static var ENETUNREACH: Errno { Errno(rawValue: 101) }
  /// Network dropped connection because of reset.
  public static var ENETRESET: Errno { Errno(rawValue: 102) }
  /// Software caused connection abort.
  public static var ECONNABORTED: Errno { Errno(rawValue: 103) }
  /// Connection reset by peer.
  public static var ECONNRESET: Errno { Errno(rawValue: 104) }
  /// No buffer space available.
  public static var ENOBUFS: Errno { Errno(rawValue: 105) }
  /// Transport endpoint is already connected.
  public static var EISCONN: Errno { Errno(rawValue: 106) }
  /// Transport endpoint is not connected.
  public static var ENOTCONN: Errno { Errno(rawValue: 107) }
  /// Cannot send after transport endpoint shutdown.
  public static var ESHUTDOWN: Errno { Errno(rawValue: 108) }
  /// Too many references: cannot splice.
  public static var ETOOMANYREFS: Errno { Errno(rawValue: 109) }
  /// Connection timed out.
  public static var ETIMEDOUT: Errno { Errno(rawValue: 110) }
  /// Connection refused.
  public static var ECONNREFUSED: Errno { Errno(rawValue: 111) }
  /// Host is down.
  public static var EHOSTDOWN: Errno { Errno(rawValue: 112) }
  /// No route to host.
  public static var EHOSTUNREACH: Errno { Errno(rawValue: 113) }
  /// Operation already in progress.
  public static var EALREADY: Errno { Errno(rawValue: 114) }
  /// Operation now in progress.
  public static var EINPROGRESS: Errno { Errno(rawValue: 115) }
  /// Stale file handle.
  public static var ESTALE: Errno { Errno(rawValue: 116) }
  /// Structure needs cleaning.
  public static var EUCLEAN: Errno { Errno(rawValue: 117) }
  /// Not a XENIX named type file.
  public static var ENOTNAM: Errno { Errno(rawValue: 118) }
  /// No XENIX semaphores available.
  public static var ENAVAIL: Errno { Errno(rawValue: 119) }
  /// Is a named type file.
  public static var EISNAM: Errno { Errno(rawValue: 120) }
  /// Remote I/O error.
  public static var EREMOTEIO: Errno { Errno(rawValue: 121) }
  /// Quota exceeded.
  public static var EDQUOT: Errno { Errno(rawValue: 122) }
  /// No medium found.
  public static var ENOMEDIUM: Errno { Errno(rawValue: 123) }
  /// Wrong medium type.
  public static var EMEDIUMTYPE: Errno { Errno(rawValue: 124) }
  /// Operation Canceled.
  public static var ECANCELED: Errno { Errno(rawValue: 125) }
  /// Required key not available.
  public static var ENOKEY: Errno { Errno(rawValue: 126) }
  /// Key has expired.
  public static var EKEYEXPIRED: Errno { Errno(rawValue: 127) }
  /// Key has been revoked.
  public static var EKEYREVOKED: Errno { Errno(rawValue: 128) }
  /// Key was rejected by service.
  public static var EKEYREJECTED: Errno { Errno(rawValue: 129) }
  /// Owner died.
  public static var EOWNERDEAD: Errno { Errno(rawValue: 130) }
  /// State not recoverable.
  public static var ENOTRECOVERABLE: Errno { Errno(rawValue: 131) }
  /// Operation not possible due to RF-kill.
  public static var ERFKILL: Errno { Errno(rawValue: 132) }
  /// Memory page has hardware error.
  public static var EHWPOISON: Errno { Errno(rawValue: 133) }
}

#if !APUS_KERNEL
  extension Errno: CustomStringConvertible {
    /// The symbolic name, `ENOENT`, or `E123` for a number without one.
    public var description: String { Self.names[rawValue] ?? "E\(rawValue)" }

    private static let names: [Int32: String] = [
      1: "EPERM",
      2: "ENOENT",
      3: "ESRCH",
      4: "EINTR",
      5: "EIO",
      6: "ENXIO",
      7: "E2BIG",
      8: "ENOEXEC",
      9: "EBADF",
      10: "ECHILD",
      11: "EAGAIN",
      12: "ENOMEM",
      13: "EACCES",
      14: "EFAULT",
      15: "ENOTBLK",
      16: "EBUSY",
      17: "EEXIST",
      18: "EXDEV",
      19: "ENODEV",
      20: "ENOTDIR",
      21: "EISDIR",
      22: "EINVAL",
      23: "ENFILE",
      24: "EMFILE",
      25: "ENOTTY",
      26: "ETXTBSY",
      27: "EFBIG",
      28: "ENOSPC",
      29: "ESPIPE",
      30: "EROFS",
      31: "EMLINK",
      32: "EPIPE",
      33: "EDOM",
      34: "ERANGE",
      35: "EDEADLK",
      36: "ENAMETOOLONG",
      37: "ENOLCK",
      38: "ENOSYS",
      39: "ENOTEMPTY",
      40: "ELOOP",
      42: "ENOMSG",
      43: "EIDRM",
      44: "ECHRNG",
      45: "EL2NSYNC",
      46: "EL3HLT",
      47: "EL3RST",
      48: "ELNRNG",
      49: "EUNATCH",
      50: "ENOCSI",
      51: "EL2HLT",
      52: "EBADE",
      53: "EBADR",
      54: "EXFULL",
      55: "ENOANO",
      56: "EBADRQC",
      57: "EBADSLT",
      59: "EBFONT",
      60: "ENOSTR",
      61: "ENODATA",
      62: "ETIME",
      63: "ENOSR",
      64: "ENONET",
      65: "ENOPKG",
      66: "EREMOTE",
      67: "ENOLINK",
      68: "EADV",
      69: "ESRMNT",
      70: "ECOMM",
      71: "EPROTO",
      72: "EMULTIHOP",
      73: "EDOTDOT",
      74: "EBADMSG",
      75: "EOVERFLOW",
      76: "ENOTUNIQ",
      77: "EBADFD",
      78: "EREMCHG",
      79: "ELIBACC",
      80: "ELIBBAD",
      81: "ELIBSCN",
      82: "ELIBMAX",
      83: "ELIBEXEC",
      84: "EILSEQ",
      85: "ERESTART",
      86: "ESTRPIPE",
      87: "EUSERS",
      88: "ENOTSOCK",
      89: "EDESTADDRREQ",
      90: "EMSGSIZE",
      91: "EPROTOTYPE",
      92: "ENOPROTOOPT",
      93: "EPROTONOSUPPORT",
      94: "ESOCKTNOSUPPORT",
      95: "EOPNOTSUPP",
      96: "EPFNOSUPPORT",
      97: "EAFNOSUPPORT",
      98: "EADDRINUSE",
      99: "EADDRNOTAVAIL",
      100: "ENETDOWN",
      101: "ENETUNREACH",
      102: "ENETRESET",
      103: "ECONNABORTED",
      104: "ECONNRESET",
      105: "ENOBUFS",
      106: "EISCONN",
      107: "ENOTCONN",
      108: "ESHUTDOWN",
      109: "ETOOMANYREFS",
      110: "ETIMEDOUT",
      111: "ECONNREFUSED",
      112: "EHOSTDOWN",
      113: "EHOSTUNREACH",
      114: "EALREADY",
      115: "EINPROGRESS",
      116: "ESTALE",
      117: "EUCLEAN",
      118: "ENOTNAM",
      119: "ENAVAIL",
      120: "EISNAM",
      121: "EREMOTEIO",
      122: "EDQUOT",
      123: "ENOMEDIUM",
      124: "EMEDIUMTYPE",
      125: "ECANCELED",
      126: "ENOKEY",
      127: "EKEYEXPIRED",
      128: "EKEYREVOKED",
      129: "EKEYREJECTED",
      130: "EOWNERDEAD",
      131: "ENOTRECOVERABLE",
      132: "ERFKILL",
      133: "EHWPOISON",
    ]
  }
#endif
