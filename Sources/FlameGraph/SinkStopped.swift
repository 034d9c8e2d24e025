// The one error that drawing knows.
//
// Code that is generic over errors is specialised for it here and not again for every caller in another module, where
// the compiler could not, which made drawing ten times slower.

struct SinkStopped: Error {
  /// Draws into `write`, whose error comes out as it is.
  static func draw<E: Error>(
    _ write: ([UInt8]) throws(E) -> Void, _ body: (inout SVGWriter<SinkStopped>) throws(SinkStopped) -> Void
  ) throws(E) {
    var failure: E?
    withoutActuallyEscaping(write) { write in
      var writer = SVGWriter<SinkStopped> { bytes throws(SinkStopped) in
        do throws(E) { try write(bytes) } catch {
          failure = error
          throw SinkStopped()
        }
      }
      do throws(SinkStopped) {
        try body(&writer)
        try writer.flush(atLeast: 1)
      } catch {}
    }
    if let failure { throw failure }
  }
}
