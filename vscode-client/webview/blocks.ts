/**
 * Cuts a streamed answer into blocks while it grows, so that only the open one is drawn again.
 *
 * A block is a fence, or a run of markdown that can stand by itself. Lists and tables that grow
 * long are cut between items and rows; the pieces say so and look like one when drawn.
 */

/** Characters from which a list or a table is cut, and from which any markdown is. */
const LONG = 3000;
const LONGEST = 8000;

const FENCE = /^( {0,3})(`{3,}|~{3,})[ \t]*([^`]*)$/;
const ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const ROW = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?\s*$/;

export interface Block {
  kind: "markdown" | "code";
  text: string;
  /** What stands behind the opening of a fence: its language, perhaps a path. */
  info: string;
  /** True for the rest of a list or table whose beginning is the block before. */
  continued: boolean;
}

interface Fence {
  mark: string;
  indent: number;
  /** True for a fence within a list item, which stays part of the item. */
  nested: boolean;
}

export class BlockReader {
  private block: Block | undefined;
  private fence: Fence | undefined;
  private partial = "";
  private blank = false;
  private list = false;
  private head: string[] = [];
  private lines = 0;
  private closed: Block[] = [];

  /** Takes more text; the blocks that are whole since the last call. */
  push(delta: string): Block[] {
    const text = this.partial + delta;
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      this.line(text.slice(from, end).replace(/\r$/, ""));
      from = end + 1;
    }
    this.partial = text.slice(from);
    return this.taken();
  }

  /** The block that may still grow, with the line that is not at its end yet. */
  open(): Block | undefined {
    const part = this.partial;
    if (this.block === undefined) {
      if (part.trim() === "" || /^ {0,3}[`~]{1,}[^`]*$/.test(part)) return undefined;
      return { kind: "markdown", text: part, info: "", continued: false };
    }
    const closing = this.block.kind === "code" && /^ {0,3}[`~]+\s*$/.test(part);
    return closing || part === "" ? this.block : { ...this.block, text: this.block.text + part };
  }

  /** Ends the answer; the blocks that were still open. */
  end(): Block[] {
    if (this.partial !== "") this.line(this.partial);
    this.partial = "";
    this.close();
    return this.taken();
  }

  private taken(): Block[] {
    const taken = this.closed;
    this.closed = [];
    return taken;
  }

  private line(line: string): void {
    if (this.block?.kind === "code") this.codeLine(line);
    else this.markdownLine(line);
  }

  private codeLine(line: string): void {
    if (this.ends(line)) {
      this.close();
    } else if (this.block !== undefined && this.fence !== undefined) {
      const indent = this.fence.indent;
      this.block.text += (indent ? line.replace(new RegExp(`^ {1,${indent}}`), "") : line) + "\n";
    }
  }

  private ends(line: string): boolean {
    const { mark, nested } = this.fence ?? { mark: "", nested: false };
    if (!nested && /^ {4}/.test(line)) return false;
    const found = /^(?:`+|~+)$/.exec(line.trim())?.[0] ?? "";
    return found.length >= mark.length && found[0] === mark[0];
  }

  private markdownLine(line: string): void {
    if (this.fence !== undefined) {
      // A fence within a list item: everything up to its end belongs to the item.
      if (this.ends(line)) this.fence = undefined;
      this.append(line);
      return;
    }
    const fence = FENCE.exec(line) ?? (this.list ? FENCE.exec(line.trimStart()) : null);
    if (fence !== null) {
      const indent = line.length - line.trimStart().length;
      const within = this.list && indent >= 2;
      if (!within) this.begin("code", fence[3]?.trim() ?? "");
      this.fence = { mark: fence[2] ?? "```", indent, nested: within };
      if (within) this.append(line);
      return;
    }
    if (line.trim() === "") {
      if (this.block !== undefined) this.append(line);
      this.blank = true;
      return;
    }
    this.place(line);
    this.append(line);
    this.blank = false;
  }

  /** Closes the open block where `line` begins another one. */
  private place(line: string): void {
    const block = this.block;
    const item = ITEM.test(line);
    if (block === undefined) {
      this.begin("markdown", "");
      this.list = item;
      return;
    }
    const size = block.text.length;
    const inside = this.list && (item || /^\s{2,}/.test(line));
    if (this.blank && !inside) {
      this.begin("markdown", "");
      this.list = item;
    } else if (this.list && item && size > LONG && !/^\s/.test(line)) {
      this.begin("markdown", "", true);
      this.list = true;
    } else if (this.head.length === 2 && size > LONG) {
      const head = this.head;
      this.begin("markdown", "", true);
      for (const row of head) this.append(row);
      this.head = head;
    } else if (size > LONGEST) {
      const list = this.list;
      this.begin("markdown", "");
      this.list = list && item;
    }
  }

  private begin(kind: Block["kind"], info: string, continued = false): void {
    this.close();
    this.block = { kind, text: "", info, continued };
  }

  private append(line: string): void {
    const block = this.block;
    if (block === undefined) return;
    block.text += line + "\n";
    this.lines += 1;
    if (this.lines === 1 && line.includes("|")) this.head = [line];
    else if (this.lines === 2 && this.head.length === 1 && ROW.test(line)) this.head.push(line);
  }

  private close(): void {
    if (this.block !== undefined) this.closed.push(this.block);
    this.block = undefined;
    this.fence = undefined;
    this.blank = this.list = false;
    this.head = [];
    this.lines = 0;
  }
}
