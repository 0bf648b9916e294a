import { describe, expect, test } from "vitest";
import { beside, edited, filesOf, nearest, places, written } from "../../src/preview/texts";
import type { Hunk } from "../../src/server/messages";

const URI = "file:///w/a.py";
const range = (a: number, b: number) => ({ start: { line: a, character: 0 }, end: { line: b, character: 0 } });
const hunk = (id: string, a: number, b: number, newText: string, state: Hunk["state"] = "pending"): Hunk => ({
  id, kind: "text", state, uri: URI, range: range(a, b), newText,
});

describe("a proposal's text", () => {
  test("is the text with all edits made at once, whatever their order", () => {
    const text = "one\ntwo\nthree\n";
    const edits = [
      { range: range(2, 3), newText: "THREE\n" },
      { range: range(0, 1), newText: "zero\none\n" },
    ];
    expect(edited(text, edits)).toBe("zero\none\ntwo\nTHREE\n");
  });

  test("counts in UTF-16 units, and keeps line ends", () => {
    const at = { start: { line: 0, character: 3 }, end: { line: 0, character: 4 } };
    expect(edited("\u{1F600}ab\r\nc\r\n", [{ range: at, newText: "B" }])).toBe("\u{1F600}aB\r\nc\r\n");
  });
});

describe("where hunks lie", () => {
  const found = places(
    [hunk("b", 10, 12, "x\n"), hunk("a", 2, 3, "x\ny\nz\n"), hunk("done", 5, 6, "q\n", "applied"), hunk("c", 20, 20, "new\n")],
    URI,
  );

  test("is shifted by what hunks above add and take away", () => {
    expect(found).toEqual([
      { id: "a", before: { start: 2, end: 3 }, after: { start: 2, end: 5 } },
      { id: "b", before: { start: 10, end: 12 }, after: { start: 12, end: 13 } },
      { id: "c", before: { start: 20, end: 20 }, after: { start: 21, end: 22 } },
    ]);
  });

  test("the nearest is the one a line lies in, else the one with the least between", () => {
    expect(nearest(found, "before", 11)?.id).toBe("b");
    expect(nearest(found, "before", 20)?.id).toBe("c");
    expect(nearest(found, "before", 0)?.id).toBe("a");
    expect(nearest(found, "after", 18)?.id).toBe("c");
    expect(nearest([], "after", 1)).toBeUndefined();
  });

  test("next and previous go round", () => {
    expect(beside(found, "before", 2, 1)).toBe(10);
    expect(beside(found, "before", 20, 1)).toBe(2);
    expect(beside(found, "before", 2, -1)).toBe(20);
    expect(beside(found, "before", 15, -1)).toBe(10);
    expect(beside([], "before", 0, 1)).toBeUndefined();
  });
});

describe("the files of an edit", () => {
  test("are edited, created, renamed and deleted, each once", () => {
    const files = filesOf({
      documentChanges: [
        { kind: "create", uri: "file:///w/new.py" },
        { textDocument: { uri: "file:///w/new.py", version: null }, edits: [{ range: range(0, 0), newText: "n" }] },
        { kind: "rename", oldUri: URI, newUri: "file:///w/b.py" },
        { textDocument: { uri: "file:///w/b.py", version: 1 }, edits: [{ range: range(0, 1), newText: "r" }] },
        { kind: "delete", uri: "file:///w/gone.py" },
      ],
    });
    expect(files).toEqual([
      { uri: "file:///w/new.py", toUri: "file:///w/new.py", created: true, edits: [{ range: range(0, 0), newText: "n" }] },
      { uri: URI, toUri: "file:///w/b.py", created: false, edits: [{ range: range(0, 1), newText: "r" }] },
      { uri: "file:///w/gone.py", toUri: undefined, created: false, edits: [] },
    ]);
  });
});

describe("where an answer is at", () => {
  test("is its last line that was not there before, in short", () => {
    expect(written("def f():\n    return 1\n", 'def f():\n    """One."""\n    return 1\n')).toBe('"""One."""');
    expect(written("a\n", "a\n")).toBe("");
    expect(written("", "x".repeat(70))).toHaveLength(60);
  });
});
