"""The project index: what a workspace folder defines, uses and imports, without its texts.

A child process per root (`worker.py`) walks the folder, reads what changed and writes one SQLite
file in the state folder; the server reads that file. Use `project.ProjectIndex`:

- `await index.refresh(wait_ms=50)`: look for changed files at the start of a request; waits that
  long at most and returns the state of then;
- `await index.status() -> IndexState`: files, indexed files, state, bytes;
- `await index.uses(name) -> Uses`: where a name is used, and how often it is defined;
- `await index.find(query, limit) -> tuple[FoundFile, ...]`: files for a question, best first;
- `await index.definitions(name) -> tuple[Definition, ...]`: where a name is defined;
- `await index.outline(path) -> tuple[Definition, ...]`: what a file defines, in its order;
- `await index.importers(path) -> tuple[str, ...]`: files that import a file;
- `await index.changed(path)`: a file was saved or closed;
- `await index.close()`: end the child and let go of the file.

Paths are relative to the root with `/` between; lines count from 1, ends are inclusive. Every row
carries `hash`, that of the file's bytes when it was read (`content.content_hash`): whoever sends
text reads the file, compares, and leaves it out where they differ. Rows whose file has another
size or time stamp by now are left out here already.

The answers are plain data (`facts.py`) and no promise that a file may be sent: ignore rules,
secrets and consent decide about that as for any open file.
"""
