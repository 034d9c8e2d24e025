// Waiting for what another process does: for a condition, with a limit that only what is broken reaches. A busy machine
// is slow, not broken.
import Glibc

@testable import ktop

/// Whether a condition comes true within a minute.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
  let end = Clock.seconds() + 60
  while try !condition() {
    guard Clock.seconds() < end else { return false }
    usleep(20_000)
  }
  return true
}
