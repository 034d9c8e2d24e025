// The beginning of the document: the element, what the script must know, title and notes.

extension FlamePicture {
  func writeHead<E: Error>(to writer: inout SVGWriter<E>) {
    if isStandalone { writer.markup("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") }
    writer.markup("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flame\"")
    attribute(" width=\"", width, to: &writer)
    attribute(" height=\"", height, to: &writer)
    writer.markup(" viewBox=\"0 0 ")
    writer.number(width)
    writer.markup(" ")
    writer.number(height)
    writer.markup("\"")
    writeData(to: &writer)
    writer.markup(">\n<title>")
    writer.text(settings.title)
    writer.markup("</title>\n")
    if !settings.notes.isEmpty {
      writer.markup("<desc>")
      writer.text(settings.notes)
      writer.markup("</desc>\n")
    }
  }

  /// What the script must know.
  private func writeData<E: Error>(to writer: inout SVGWriter<E>) {
    writer.markup(" data-unit=\"")
    writer.text(settings.unit)
    writer.markup("\" data-subtitle=\"")
    writer.text(settings.subtitle)
    writer.markup("\" data-name-type=\"")
    writer.text(settings.nameType)
    attribute("\" data-minimum=\"", UInt64(settings.minimumWidth * 1000), to: &writer)
    attribute(" data-share=\"", UInt64(settings.minimumShare * 1e9), to: &writer)
    attribute(" data-bits=\"", layout.droppedBits, to: &writer)
    attribute(" data-decimals=\"", layout.decimals, to: &writer)
    attribute(" data-row=\"", settings.rowHeight, to: &writer)
    attribute(" data-baseline=\"", baseline, to: &writer)
    attribute(" data-letter=\"", UInt64(letter * 1000), to: &writer)
    if let test = layout.comparison?.test {
      attribute(" data-before=\"", UInt64(clamping: Int64(min(test.before, 9e15))), to: &writer)
      attribute(" data-after=\"", UInt64(clamping: Int64(min(test.after, 9e15))), to: &writer)
      if test.comparesShares { writer.markup(" data-shares=\"\"") }
    }
    if settings.isNegated { writer.markup(" data-negated=\"\"") }
    if settings.width == nil { writer.markup(" data-fluid=\"\"") }
    if settings.isInverted { writer.markup(" data-inverted=\"\"") }
  }
}
