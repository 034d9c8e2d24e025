// A mistake of ours on purpose, so that tests see what becomes of the terminal. Not in what `make tools` builds.

#if DEBUG
  import Glibc

  enum OwnFault: String {
    case overflow, abort, trap

    /// What `KTOP_FAULT` asks for, at the first key.
    static func happenIfWanted() {
      guard let wanted = getenv("KTOP_FAULT").flatMap({ OwnFault(rawValue: String(cString: $0)) }) else { return }
      switch wanted {
      case .overflow: _ = depth(of: 0)
      case .abort: Glibc.abort()
      case .trap: fatalError("on purpose")
      }
    }

    // Not in tail position, so that each call keeps its frame.
    private static func depth(of level: Int) -> Int { level < 0 ? level : depth(of: level &+ 1) &+ 1 }
  }
#endif
