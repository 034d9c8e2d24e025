// Signals as bytes in a pipe, so that loops hear of them where they poll.
//
// Installed before ncurses starts, which would else take some of them for itself.

import Glibc

enum Signals {
  /// Becomes readable when a signal has come.
  nonisolated(unsafe) private(set) static var descriptor: Int32 = -1
  nonisolated(unsafe) private static var writer: Int32 = -1

  static func install() {
    guard descriptor < 0 else { return }
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (descriptor, writer) = (ends[0], ends[1])
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT] { take(signal) }
    Glibc.signal(SIGPIPE, SIG_IGN)
  }

  /// The next signal that came; nil when there is none.
  static func next() -> Int32? {
    var byte: UInt8 = 0
    return read(descriptor, &byte, 1) == 1 ? Int32(byte) : nil
  }

  /// Wakes a loop up as a signal would; 0 is no signal.
  static func wake() { notify(0) }

  /// Stops this process, as ^Z does to all of its group, until somebody lets it go on.
  static func stop(wholeGroup: Bool) {
    if wholeGroup {
      Glibc.signal(SIGTSTP, SIG_IGN)
      kill(0, SIGTSTP)
    }
    // To this very thread, which then stops before it goes on; another might be too late.
    Glibc.signal(SIGTSTP, SIG_DFL)
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGTSTP)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(SIGTSTP)
    take(SIGTSTP)
  }

  private static func take(_ number: Int32) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { Signals.notify(UInt8(truncatingIfNeeded: $0)) }
    action.sa_flags = SA_RESTART
    sigaction(number, &action, nil)
  }

  private static func notify(_ byte: UInt8) {
    var byte = byte
    let reason = errno
    _ = write(writer, &byte, 1)
    errno = reason
  }
}
