"""A corpus: tasks on real code, answers as language models write them, and the right results."""

from tests.corpus.answers.form import Answer, Position, Selection, SourceFile, Task
from tests.corpus.answers.load import tasks

__all__ = ["Answer", "Position", "Selection", "SourceFile", "Task", "tasks"]
