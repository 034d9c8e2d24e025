// One file that one epoll watches. It stands in the file's wait queues; being woken there, perhaps by an interrupt, it
// only notes itself with its epoll.

import CMachine
import LinuxABI
import Synchronization

final class EpollItem: Sleeper {
  unowned(unsafe) let epoll: Epoll
  let file: OpenFile
  let descriptor: Int32
  // Lock of all below: the epoll's.
  var event: EpollEvent
  /// Cleared when a one-shot event has been reported.
  var isEnabled = true
  var isReady = false
  unowned(unsafe) var nextReady: EpollItem?
  private(set) var isRemoved = false
  private var places: [(queue: WaitQueue, entry: WaitEntry)] = []

  /// It is in the stack of noted items.
  let isNoted = Atomic<Bool>(false)
  var nextNoted: UInt = 0

  init(_ epoll: Epoll, _ file: OpenFile, _ descriptor: Int32, _ event: EpollEvent) {
    self.epoll = epoll
    self.file = file
    self.descriptor = descriptor
    self.event = event
  }

  override func wake() { epoll.note(self) }

  /// What is to be reported now.
  func events() -> PollEvents {
    guard isEnabled, !isRemoved else { return [] }
    return file.poll().intersection(event.events.pollEvents.union(.unconditional))
  }

  /// Enters the file's queues.
  func stand() {
    if let queue = file.readQueue { stand(in: queue) }
    if let queue = file.writeQueue, queue !== file.readQueue { stand(in: queue) }
  }

  private func stand(in queue: WaitQueue) {
    let entry = WaitEntry(self)
    queue.enqueue(entry)
    places.append((queue, entry))
  }

  /// Leaves them: nobody wakes it any more when this returns.
  func leave() {
    isRemoved = true
    for place in places { place.queue.remove(place.entry) }
    places = []
  }
}
