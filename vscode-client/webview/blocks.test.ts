import { describe, expect, it } from "vitest";
import { BlockReader, type Block } from "./blocks";

/** The blocks of a text that comes in pieces of a size. */
function read(text: string, size: number): Block[] {
  const reader = new BlockReader();
  const blocks: Block[] = [];
  for (let at = 0; at < text.length; at += size) {
    blocks.push(...reader.push(text.slice(at, at + size)));
    reader.open();
  }
  return [...blocks, ...reader.end()];
}

const ANSWER = `# Title

Some *text*
over two lines.

- one
- two

  still two

  \`\`\`js
  nested(\`\`\`)

  more
  \`\`\`
- three

\`\`\`py src/a.py
def a():

    return "\`\`"
\`\`\`
> quote

| a | b |
|---|---|
| 1 | 2 |

~~~
tilde
\`\`\`
~~~
end`;

describe("blocks", () => {
  it.each([1, 2, 3, 7, 64, 10_000])("are the same whatever pieces of %i the answer comes in", (size) => {
    const blocks = read(ANSWER, size);
    expect(blocks.map(({ kind }) => kind)).toEqual([
      "markdown", "markdown", "markdown", "code", "markdown", "markdown", "code", "markdown",
    ]);
    expect(blocks[2]?.text).toContain("nested");
    expect(blocks[2]?.text).toContain("- three");
    expect(blocks[3]).toMatchObject({ info: "py src/a.py", text: 'def a():\n\n    return "``"\n' });
    expect(blocks[6]).toMatchObject({ info: "", text: "tilde\n```\n" });
  });

  it("lose nothing of the text", () => {
    const words = ANSWER.match(/\w+/g);
    const kept = read(ANSWER, 5).map(({ info, text }) => `${info} ${text}`).join("\n").match(/\w+/g);
    expect(kept).toEqual(words);
  });

  it("of a fence that never ends are code to the end", () => {
    expect(read("a\n\n```c\nint x;\n", 4)).toMatchObject([{ kind: "markdown" }, { kind: "code", text: "int x;\n" }]);
  });

  it("show what is open while it grows, but no half of a closing fence", () => {
    const reader = new BlockReader();
    reader.push("```c\nint x;\n``");
    expect(reader.open()?.text).toBe("int x;\n");
    reader.push("` and more");
    expect(reader.open()?.text).toContain("and more");
  });

  it.each([
    ["a long list", "- item with some words in it\n".repeat(2000), "- "],
    ["a long table", `| a | b |\n|---|---|\n${"| one | two |\n".repeat(2000)}`, "| a | b |\n|---|---|\n"],
    ["a long paragraph", "words and more words\n".repeat(2000), "words"],
  ])("of %s stay short", (_, text, head) => {
    const blocks = read(text, 100);
    expect(Math.max(...blocks.map((block) => block.text.length))).toBeLessThan(9000);
    for (const block of blocks) expect(block.text.startsWith(head)).toBe(true);
  });
});
