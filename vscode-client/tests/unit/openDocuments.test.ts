import { describe, expect, it } from "vitest";
import * as vscode from "vscode";
import { OpenDocuments, urisOf, type Sight } from "../../src/server/openDocuments";

interface Fake {
  uri: vscode.Uri;
  isDirty: boolean;
}

/** An editor with some tabs, and what the server was told. */
function editor(): {
  documents: OpenDocuments;
  heard: string[];
  tabs: (...names: string[]) => void;
  opened: (name: string) => Fake;
  changed: (fake: Fake) => void;
  closed: (fake: Fake) => void;
} {
  const heard: string[] = [];
  let shown = new Set<string>();
  let look: () => void = () => undefined;
  const sight: Sight = {
    uris: () => shown,
    onDidChange: (on) => {
      look = on;
      return new vscode.Disposable(() => {
        look = () => undefined;
      });
    },
  };
  const note =
    (what: string) =>
    (document: vscode.TextDocument): Promise<void> => {
      heard.push(`${what} ${document.uri.path}`);
      return Promise.resolve();
    };
  const documents = new OpenDocuments(note("unseen"), sight);
  const as = (fake: Fake): vscode.TextDocument => fake as unknown as vscode.TextDocument;
  return {
    documents,
    heard,
    tabs(...names) {
      shown = new Set(names.map((name) => vscode.Uri.file(name).toString()));
      look();
    },
    opened(name) {
      const fake = { uri: vscode.Uri.file(name), isDirty: false };
      void documents.middleware.didOpen(as(fake), note("open"));
      return fake;
    },
    changed(fake) {
      const event = { document: as(fake) } as vscode.TextDocumentChangeEvent;
      void documents.middleware.didChange(event, () => note("change")(as(fake)));
    },
    closed(fake) {
      void documents.middleware.didClose(as(fake), note("close"));
    },
  };
}

describe("what the server hears of", () => {
  it("is what stands in a tab, from when it stands there", () => {
    const { heard, opened, tabs, changed, closed } = editor();
    tabs("/a");
    const a = opened("/a");
    const b = opened("/b");
    expect(heard).toEqual(["open /a"]);
    tabs("/a", "/b");
    changed(b);
    closed(a);
    expect(heard).toEqual(["open /a", "open /b", "change /b", "close /a"]);
  });

  it("is not what an extension read, changed on disk or let go of", () => {
    const { heard, opened, changed, closed } = editor();
    const read = opened("/read");
    changed(read);
    closed(read);
    expect(heard).toEqual([]);
  });

  it("ends with the tab, although the editor keeps the document for a while", () => {
    const { heard, opened, tabs, closed } = editor();
    tabs("/a");
    const a = opened("/a");
    tabs();
    closed(a);
    expect(heard).toEqual(["open /a", "unseen /a"]);
  });

  it("has what is edited out of sight, once and with the edit in it", () => {
    const { heard, opened, tabs, changed } = editor();
    const a = opened("/a");
    a.isDirty = true;
    changed(a);
    expect(heard).toEqual(["open /a"]);
    changed(a);
    tabs();
    expect(heard).toEqual(["open /a", "change /a"]);
  });

  it("is nothing more once the connection is over", () => {
    const { documents, heard, opened, tabs } = editor();
    opened("/a");
    documents.dispose();
    tabs("/a");
    expect(heard).toEqual([]);
  });
});

it("takes a connection that ends for no failure", async () => {
  let look: () => void = () => undefined;
  const sight: Sight = {
    uris: () => new Set(["file:///a"]),
    onDidChange: (on) => {
      look = on;
      return new vscode.Disposable(() => undefined);
    },
  };
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  const gone = (): Promise<void> => Promise.reject(new Error("the connection got disposed"));
  const { middleware } = new OpenDocuments(gone, sight);
  const document = { uri: vscode.Uri.file("/b"), isDirty: false };
  await middleware.didOpen(document as unknown as vscode.TextDocument, gone);
  document.isDirty = true;
  look();
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

describe("the URIs of a tab", () => {
  it("are found in texts, diffs, merges and many diffs", () => {
    const [a, b, c] = ["/a", "/b", "/c"].map((path) => vscode.Uri.file(path));
    expect(urisOf({ uri: a })).toEqual(["file:///a"]);
    expect(urisOf({ original: a, modified: b })).toEqual(["file:///a", "file:///b"]);
    expect(urisOf({ textDiffs: [{ original: a, modified: b }, { original: b, modified: c }] })).toHaveLength(4);
  });

  it("are none where a tab holds no text", () => {
    expect(urisOf(undefined)).toEqual([]);
    expect(urisOf({ viewType: "welcome" })).toEqual([]);
  });
});
