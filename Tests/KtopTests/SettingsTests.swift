// Configuration and themes: what is said is read, what is not understood is refused with its line.
import Foundation
import Recordings
import Testing

@testable import ktop

@Suite struct SettingsTests {
  @Test func theConfigurationThatIsPrintedSaysTheSame() throws {
    var settings = Settings()
    settings.keys.bind(.pause, to: [.character("z"), .function(9)])
    settings.interval = 0.5
    settings.takesMouse = false
    var read = Settings()
    try read.apply(settings.text, file: "ktop.conf")
    #expect(read.text == settings.text && read.keys == settings.keys)
    #expect(read.keys[.character("p")] == nil && read.keys[.function(9)] == .pause)
  }

  @Test(arguments: [
    "interval = 0", "interval = fast", "mouse = yes", "theme = none-such", "key.nothing = q", "key.quit = F99",
    "gibberish",
    "history = -1",
  ]) func whatMakesNoSenseIsRefused(line: String) throws {
    var settings = Settings()
    #expect { try settings.apply("# fine\n\(line)\n", file: "f") } throws: { error in
      guard let error = error as? ToolError else { return false }
      return error.exitCode == 65 && (line.hasPrefix("theme") || "\(error)".contains("f:2"))
    }
  }

  @Test func everyThemeSaysEveryStyle() throws {
    for (name, _) in Theme.builtin {
      let theme = try #require(Theme.named(name))
      for style in [Style.selected, .bar, .fill(.flame(0)), .fill(.flame(5)), .fill(.heat(7)), .fill(.cursor)] {
        #expect(theme.look(of: style).background != nil, "\(style) in \(name)")
      }
      #expect(try Theme(parsing: theme.text, file: name).text == theme.text)
    }
    #expect(throws: ToolError.self) { try Theme(parsing: "bar = black on mauve", file: "f") }
    #expect(throws: ToolError.self) { try Theme(parsing: "no-style = red", file: "f") }
  }

  @Test func colorsBecomeWhatTheTerminalHas() throws {
    let orange = try #require(Color(parsing: "#ff8700"))
    #expect(orange.index(of: 1 << 24) == 0xff8700 && orange.index(of: 256) == 208)
    #expect((0..<8).contains(orange.index(of: 8)))
    #expect(Color(parsing: "bright-red")?.index(of: 16) == 9 && Color(parsing: "bright-red")?.index(of: 8) == 1)
    #expect(Color(parsing: "#12345") == nil && Color(parsing: "mauve") == nil)
  }

  @Test func filesOfTheUserAreFound() throws {
    let scratch = Scratch()
    try? FileManager.default.createDirectory(atPath: scratch.path + "/apus/themes", withIntermediateDirectories: true)
    _ = scratch.file("apus/ktop.conf", Array("theme = mine\nkey.quit = x\n".utf8))
    _ = scratch.file("apus/themes/mine.theme", Array("alarm = black on #010203\n".utf8))
    let environment = ["XDG_CONFIG_HOME": scratch.path]
    let config = try Tool.ktop("--print-config", environment: environment)
    #expect(config.status == 0 && config.output.contains("theme = mine") && config.output.contains("key.quit = x\n"))
    let theme = try Tool.ktop("--print-theme", "mine", environment: environment)
    #expect(theme.output.contains("alarm = black on #010203\n"))
    _ = scratch.file("apus/ktop.conf", Array("nonsense\n".utf8))
    let broken = try Tool.ktop("--print-config", environment: environment)
    #expect(broken.status == 65 && broken.errors.contains("ktop.conf:1"))
  }
}
