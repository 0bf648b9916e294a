// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import payloads from "../../tests/editors/vscode/payloads.json";
import { toNodes } from "./markdown";

const TAGS = new Set(
  "P BR HR EM STRONG S DEL CODE PRE BLOCKQUOTE A H1 H2 H3 H4 H5 H6 UL OL LI TABLE THEAD TBODY TR TH TD".split(" "),
);
const ATTRIBUTES = new Set(["href", "title", "rel", "start", "align", "class"]);

describe("markdown of a model", () => {
  it("comes with more than a hundred attacks to try", () => {
    expect(new Set(payloads).size).toBeGreaterThanOrEqual(100);
  });

  it.each(payloads)("holds nothing that runs or loads: %s", (payload) => {
    const nodes = toNodes(payload.replaceAll("CANARY", "https://canary.invalid"));
    for (const node of nodes.querySelectorAll("*")) {
      expect(TAGS).toContain(node.tagName);
      for (const { name } of node.attributes) expect(ATTRIBUTES).toContain(name);
      const address = node.getAttribute("href");
      if (address !== null) expect(address).toMatch(/^(https?:\/\/|mailto:|[\w.@-]+(\/[\w.@-]+)*(#L\d+)?$)/);
      if (address !== null) expect(address).not.toContain("..");
    }
  });

  it("is drawn as it was meant", () => {
    const nodes = toNodes("**b** *i* `c` [a](https://example.invalid) [f](src/a.py#L3)\n\n| x |\n|:-:|\n| 1 |");
    expect(nodes.querySelector("strong")?.textContent).toBe("b");
    expect(nodes.querySelector("a")?.getAttribute("href")).toBe("https://example.invalid");
    expect(nodes.querySelectorAll("a")[1]?.getAttribute("href")).toBe("src/a.py#L3");
    expect(nodes.querySelector("td")?.getAttribute("align")).toBe("center");
  });

  it("keeps the words of a picture and asks for none", () => {
    const nodes = toNodes("![a diagram](https://example.invalid/x.png)");
    expect(nodes.querySelector("img")).toBeNull();
    expect(nodes.textContent).toContain("a diagram");
  });
});
