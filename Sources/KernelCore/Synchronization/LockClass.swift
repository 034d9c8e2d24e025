// The classes of locks as types, so that where a lock is taken its number is known to the compiler: counting an
// acquisition is one instruction then. Ranks, printed names and reasons are in CMachine/probes.h.

import CMachine

/// A class of locks. A thread takes locks in rising rank only; counters are kept per class and CPU.
public protocol LockClassTag {
  static var declared: apus_lock_class { get }
}

extension LockClassTag {
  @inlinable @inline(__always)
  static var number: UInt32 { declared.rawValue }
}

/// One type for each row of APUS_LOCK_CLASSES that a lock of its own stands for.
public enum Locks {
  public enum ProcessTable: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_process_table } }
  }
  public enum Process: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_process } }
  }
  public enum Signals: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_signals } }
  }
  public enum FileTable: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_file_table } }
  }
  public enum OpenFile: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_open_file } }
  }
  public enum Mounts: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_mounts } }
  }
  public enum Directory: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_directory } }
  }
  public enum Inode: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_inode } }
  }
  public enum Pipe: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_pipe } }
  }
  public enum Terminal: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_terminal } }
  }
  public enum AddressSpace: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_address_space } }
  }
  public enum Futex: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_futex } }
  }
  public enum WaitQueue: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_wait_queue } }
  }
  public enum Timers: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_timers } }
  }
  public enum RunQueue: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_run_queue } }
  }
  public enum Heap: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_heap } }
  }
  public enum Frames: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_frames } }
  }
  public enum KernelStacks: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_kernel_stacks } }
  }
  public enum Reaper: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_reaper } }
  }
  public enum Console: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_console } }
  }
  public enum Alarms: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_alarms } }
  }
  public enum Event: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_event } }
  }
  public enum Socket: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_socket } }
  }
  public enum RecordLocks: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_record_locks } }
  }
  public enum Epoll: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_epoll } }
  }
  public enum EpollQueue: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_epoll_queue } }
  }
  public enum EpollNesting: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_epoll_nesting } }
  }
  public enum Names: LockClassTag {
    public static var declared: apus_lock_class { @inline(__always) get { apus_lock_names } }
  }
}
