// Open files as a program uses them: whole strings in and out.

import KernelCore
import LinuxABI

extension OpenFile {
  /// What one write moves, and the error that ended it.
  @discardableResult
  func put(_ text: String) -> (count: Int, error: Errno?) {
    var bytes = Array(text.utf8)
    return bytes.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return (0, nil) }
      var transfer = UserTransfer(kernel: base, count: buffer.count)
      do throws(Errno) { try write(&transfer) } catch { return (transfer.transferred, error) }
      return (transfer.transferred, nil)
    }
  }

  /// What one read gives.
  func get(_ count: Int = 4096) -> (text: String, error: Errno?) {
    var bytes = [UInt8](repeating: 0, count: count)
    return bytes.withUnsafeMutableBytes { buffer in
      var transfer = UserTransfer(kernel: buffer.baseAddress!, count: buffer.count)
      var failure: Errno?
      do throws(Errno) { try read(&transfer) } catch { failure = error }
      return (String(decoding: buffer.prefix(transfer.transferred), as: UTF8.self), failure)
    }
  }

  /// All that reads give up to the end.
  func all(step: Int = 100) -> String {
    var result = ""
    while true {
      let (text, error) = get(step)
      result += text
      if text.isEmpty || error != nil { return result }
    }
  }
}

/// A sleeper that counts how often it is woken.
final class Probe: Sleeper {
  var wakes = 0
  override func wake() { wakes += 1 }
}
