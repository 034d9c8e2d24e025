// FlameGraph
