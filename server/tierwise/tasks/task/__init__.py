"""One task: its question, its present run, its answer, and its turn among other tasks."""
