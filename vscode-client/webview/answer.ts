/**
 * The body of an answer while it streams: whole blocks are drawn once, the open one again.
 *
 * The first delta is drawn as it comes, later ones are joined until the next frame. A frame draws for a few milliseconds at most and
 * leaves the rest to the next, so that a long answer that arrives at once never blocks the page;
 * an open block that is slow to draw is drawn less often.
 */

import { BlockReader, type Block } from "./blocks";
import { CodeView, type CodeActions } from "./code";
import { h } from "./dom";
import { toNodes } from "./markdown";

/** Milliseconds a frame may draw whole blocks. */
const FRAME = 8;
/** Characters of a first piece that are drawn without waiting for a frame; more is no first word. */
const AT_ONCE = 2000;
/** How many times longer than its drawing took an open block waits to be drawn again. */
const REST = 3;

export class AnswerView {
  readonly node = h("div", { class: "body" });
  private reader = new BlockReader();
  private arrived = "";
  private whole: Block[] = [];
  private open: { node: HTMLElement; code: CodeView | undefined } | undefined;
  private ended = false;
  private frame = 0;
  private restUntil = 0;

  constructor(
    private readonly actions: CodeActions,
    private readonly drawn: () => void,
  ) {}

  /** Takes more of the answer. Its first words are drawn at once: they are what is waited for. */
  append(delta: string): void {
    this.arrived += delta;
    this.ended = false;
    if (this.node.firstChild === null && delta.length < AT_ONCE) this.draw();
    else this.ask();
  }

  /** The answer is over; what is open is drawn for good. */
  end(): void {
    this.ended = true;
    this.ask();
  }

  /** Forgets what was shown: another attempt answers instead. */
  reset(): void {
    this.reader = new BlockReader();
    this.arrived = "";
    this.whole = [];
    this.open = undefined;
    this.ended = false;
    this.node.replaceChildren();
  }

  private ask(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame(this.draw);
  }

  private readonly draw = (): void => {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const began = performance.now();
    if (this.arrived !== "") this.whole.push(...this.reader.push(this.arrived));
    this.arrived = "";
    if (this.ended) this.whole.push(...this.reader.end());
    while (this.whole.length > 0 && performance.now() - began < FRAME) {
      const block = this.whole.shift();
      if (block !== undefined) this.show(block, true);
    }
    if (this.whole.length > 0) {
      this.ask();
    } else {
      this.drawOpen(began);
    }
    this.drawn();
  };

  private drawOpen(now: number): void {
    const block = this.reader.open();
    if (block === undefined) return;
    if (now < this.restUntil) {
      this.ask();
      return;
    }
    this.show(block, false);
    this.restUntil = performance.now() + REST * (performance.now() - now);
  }

  private show(block: Block, whole: boolean): void {
    this.open ??= this.place();
    const { node } = this.open;
    if (block.kind === "code") {
      if (this.open.code === undefined) {
        this.open.code = new CodeView(block.info, this.actions);
        node.replaceChildren(this.open.code.node);
      }
      this.open.code.update(block.text);
      if (whole) this.open.code.colour();
    } else {
      const nodes = toNodes(block.text);
      if (block.continued) nodes.querySelector("thead")?.remove();
      node.classList.toggle("continued", block.continued);
      for (const pre of nodes.querySelectorAll("pre")) {
        const code = CodeView.around(pre, this.actions);
        if (whole) code.colour();
      }
      node.replaceChildren(nodes);
    }
    if (whole) this.open = undefined;
  }

  private place(): { node: HTMLElement; code: undefined } {
    const node = h("div", { class: "block" });
    this.node.append(node);
    return { node, code: undefined };
  }
}
