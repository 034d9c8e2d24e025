// The script of the SVG, in the order in which its parts are written.
//
// One function holds everything, so that nothing leaks into a page around the picture. Names reach the document as text
// nodes and attribute values only, never as markup or code.

enum FlameScript {
  static let parts: [StaticString] = [
    table, numbers, names, compare, view, slivers, details, zoom, search, arrange, top, keys, start,
  ]
}
