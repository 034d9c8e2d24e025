// Results that never reach a program: the signal code turns them into EINTR or starts the call again.

extension Errno {
  /// Interrupted before anything was done; started again if the handler has SA_RESTART or there is none (ERESTARTSYS).
  public static var restart: Errno { Errno(rawValue: 512) }
  /// Started again only when no handler ran (ERESTARTNOHAND: poll, select, pause, nanosleep).
  public static var restartIfNoHandler: Errno { Errno(rawValue: 514) }
}
