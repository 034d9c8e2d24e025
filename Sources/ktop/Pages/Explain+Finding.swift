// A document about a finding.

extension Explain {
  func finding(_ notice: Notice?, _ page: inout Document) {
    guard let notice else { return page.text("not so any more", style: .faint) }
    page.heading("\(notice.place): \(notice.title)")
    for line in notice.evidence { page.text("  " + line) }
    if let saves = notice.saves { page.text("mending it would have saved \(Format.count(saves)) instructions so far") }
    if notice.calls > 1 { page.text("seen in \(notice.calls) calls") }
    if let link = notice.link { page.text("  more about \(notice.place)", link: link) }
  }
}
