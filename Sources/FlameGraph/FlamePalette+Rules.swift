// Which ramp of a palette for programs of a language a name gets.

extension FlamePalette.Rule {
  /// After flamegraph.pl and inferno, whose users know what the colours mean.
  func ramp(of name: String) -> Int {
    if self == .chain { return name.hasSuffix("_[w]") ? 1 : 0 }
    return kind(of: name).rawValue
  }

  private func kind(of name: String) -> FlamePalette.Kind {
    if name.hasSuffix("_[k]") { return .kernel }
    if name.hasSuffix("_[i]") { return .inlined }
    if name.hasSuffix("_[j]") { return .own }
    switch self {
    case .java: return Self.isJava(name) ? .own : name.contains("::") ? .native : .other
    case .js:
      return name.contains(".js") || name == " "
        ? .own : name.contains("::") ? .native : name.contains(":") ? .inlined : .other
    case .perl: return name.contains("::") ? .native : name.contains("Perl") || name.contains(".pl") ? .own : .other
    case .python: return Self.python(name)
    case .rust: return Self.rust(name)
    case .one, .chain: return .other
    }
  }

  private static func isJava(_ name: String) -> Bool {
    let path = name.first == "L" ? name.dropFirst() : name[...]
    return name.contains(":::")
      || ["java/", "javax/", "jdk/", "net/", "org/", "com/", "io/", "sun/"].contains { path.hasPrefix($0) }
  }

  private static func python(_ name: String) -> FlamePalette.Kind {
    if name.contains("site-packages") || name.contains("/lib/python") { return .library }
    if name.contains(".py") { return .own }
    return name.first == "<" ? .inlined : .other
  }

  private static func rust(_ name: String) -> FlamePalette.Kind {
    let path = name.first == "<" ? name.dropFirst() : name[...]
    if ["core::", "std::", "alloc::"].contains(where: { path.hasPrefix($0) }) { return .library }
    return name.contains("::") ? .own : .other
  }
}
