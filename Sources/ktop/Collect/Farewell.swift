// What a kernel has still to tell before somebody leaves it: histograms and errnos travel last, so a stream may end with
// calls whose count it has told and nothing else.

import TraceModel

struct Farewell {
  private let counted: [Int: Counter]

  /// Of what is counted now.
  init(to session: Session?) { counted = session?.systemCalls ?? [:] }

  /// Whether buckets and errnos tell of every call that was counted then.
  func isTold(by session: Session?) -> Bool {
    guard let calls = session?.systemCalls else { return true }
    return counted.allSatisfy { number, then in
      guard let now = calls[number], now.count >= then.count else { return true }
      return now.errnos.values.reduce(0, +) >= then.errors && now.buckets.reduce(0, +) >= then.count
    }
  }
}
