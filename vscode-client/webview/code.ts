/** A block of code in an answer, with what can be done with it. */

import { button, h } from "./dom";
import { coloured } from "./highlight";

export interface CodeActions {
  copy(code: string): void;
  insert(code: string): void;
  apply(code: string, path: string | undefined): void;
}

/** Characters of one piece of a long block; a piece that is whole is never laid out again. */
const PIECE = 4000;

export class CodeView {
  readonly node: HTMLElement;
  private shown = "";
  private last = document.createTextNode("");
  private readonly code = h("code");
  private readonly name: string;

  constructor(info: string, actions: CodeActions) {
    const [language = "", ...rest] = info.split(/\s+/);
    const path = rest.find((word) => /[./]/.test(word)) ?? (/[./]/.test(language) ? language : undefined);
    const name = path ?? language;
    this.name = language === "" || language === path ? name : language;
    const bar = h(
      "div",
      { class: "code-bar", role: "group", "aria-label": name === "" ? "Code" : `Code, ${name}` },
      h("span", { class: "code-name" }, name),
      button("Copy", () => { actions.copy(this.text); }, { title: "Copy this code" }),
      button("Insert", () => { actions.insert(this.text); }, { title: "Insert at the cursor" }),
      button("Apply", () => { actions.apply(this.text, path); }, {
        title: "Propose this as an edit of the file, to look at before it is applied",
      }),
    );
    const pre = h("pre", { tabindex: 0, "aria-label": name === "" ? "Code" : `Code, ${name}` }, this.code);
    this.node = h("div", { class: "code" }, bar, pre);
    this.code.append(this.piece());
  }

  /** Puts the actions around a block that markdown made by itself, as in a list item. */
  static around(pre: HTMLPreElement, actions: CodeActions): CodeView {
    const language = /language-(\S+)/.exec(pre.firstElementChild?.className ?? "")?.[1] ?? "";
    const view = new CodeView(language, actions);
    view.update(pre.textContent);
    pre.replaceWith(view.node);
    return view;
  }

  /** The code as it stands, without the last line's end. */
  get text(): string {
    return this.shown.replace(/\n$/, "");
  }

  /** Shows `text`, which begins with what was shown before. */
  update(text: string): void {
    if (!text.startsWith(this.shown)) {
      this.code.replaceChildren(this.piece());
      this.shown = "";
    }
    let added = text.slice(this.shown.length);
    this.shown = text;
    while (this.last.length + added.length > PIECE) {
      const end = added.indexOf("\n", Math.max(0, PIECE - this.last.length));
      if (end < 0) break;
      this.last.appendData(added.slice(0, end));
      added = added.slice(end + 1);
      this.code.append(this.piece());
    }
    this.last.appendData(added);
  }

  /** Colours a block that is whole, once the page has nothing better to do. */
  colour(): void {
    waiting.push(() => {
      const nodes = this.node.isConnected ? coloured(this.shown, this.name) : undefined;
      if (nodes !== undefined) this.code.replaceChildren(h("span", { class: "piece" }, ...nodes));
    });
    if (waiting.length === 1) soon();
  }

  private piece(): HTMLElement {
    this.last = document.createTextNode("");
    return h("span", { class: "piece" }, this.last);
  }
}

/** Blocks to be coloured, one each time the page is idle. */
const waiting: (() => void)[] = [];

function soon(): void {
  requestIdleCallback(() => {
    waiting.shift()?.();
    if (waiting.length > 0) soon();
  });
}
