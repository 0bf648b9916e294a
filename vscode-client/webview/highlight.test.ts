// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import payloads from "../../tests/editors/vscode/payloads.json";
import { coloured, LONGEST } from "./highlight";

function drawn(code: string, name: string): HTMLElement | undefined {
  const nodes = coloured(code, name);
  if (nodes === undefined) return undefined;
  const node = document.createElement("code");
  node.append(...nodes);
  return node;
}

describe("code in colours", () => {
  it("tells the words of a language apart", () => {
    const node = drawn('def add(a):  # sum\n    return "x"\n', "python");
    const words = [...(node?.querySelectorAll("span") ?? [])].map((span) => [span.className, span.textContent]);
    expect(words).toContainEqual(["hljs-keyword", "def"]);
    expect(words).toContainEqual(["hljs-comment", "# sum"]);
    expect(words).toContainEqual(["hljs-string", '"x"']);
  });

  it("knows a language by the ending of a path, and by its other names", () => {
    expect(drawn("let a = 1;", "src/a.ts")?.querySelector(".hljs-keyword")?.textContent).toBe("let");
    expect(drawn("let a = 1;", "js")?.querySelector(".hljs-number")?.textContent).toBe("1");
  });

  it("leaves what it does not know, and what is too long, as it is", () => {
    expect(coloured("anything", "klingon")).toBeUndefined();
    expect(coloured("anything", "")).toBeUndefined();
    expect(coloured("a".repeat(LONGEST + 1), "python")).toBeUndefined();
  });

  it.each(["python", "html", "typescript", "diff", "yaml"])("keeps every character of an attack as text: %s", (name) => {
    for (const payload of payloads) {
      const node = drawn(payload, name);
      expect(node?.textContent).toBe(payload);
      for (const one of node?.querySelectorAll("*") ?? []) {
        expect(one.tagName).toBe("SPAN");
        expect([...one.attributes].map((attribute) => attribute.name)).toEqual(["class"]);
      }
    }
  });
});
