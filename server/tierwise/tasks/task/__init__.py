"""One task: what was asked, its present run, its answer, and its place among the others."""
