// The queues in which a polling thread stands: an entry in each queue of each file it waits for.
//
// Keeps the files alive while the thread sleeps, for another thread may close the descriptors meanwhile.

import KernelCore
import LinuxABI

final class PollQueues {
  private var places: [(queue: WaitQueue, entry: WaitEntry, file: OpenFile)] = []

  init(_ sleeper: Sleeper, _ files: FileTable, _ entries: UnsafeMutableBufferPointer<PollFD>) {
    for entry in entries {
      guard entry.descriptor >= 0, let file = try? files.retained(entry.descriptor) else { continue }
      if let queue = file.readQueue { stand(sleeper, in: queue, file) }
      if let queue = file.writeQueue, queue !== file.readQueue { stand(sleeper, in: queue, file) }
    }
  }

  private func stand(_ sleeper: Sleeper, in queue: WaitQueue, _ file: OpenFile) {
    let entry = WaitEntry(sleeper)
    queue.enqueue(entry)
    places.append((queue, entry, file))
  }

  /// Leaves all queues. Must be called before the last reference goes.
  func leave() {
    for place in places { place.queue.remove(place.entry) }
    places.removeAll()
  }
}
