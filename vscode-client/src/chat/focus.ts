/** What is before the operator: it goes along with a question unless they took it off. */
import type * as vscode from "vscode";
import type { Chip, FocusChip, ToPage } from "../panel/protocol";
import type { FocusContext, WireLocation } from "../server/messages";
import type { Session } from "../server/session";
import { cursor, selected } from "./attachments";

/** Where it is remembered that the operator took it off. */
const OFF = "tierwise.focusOff";

/** What stands in the prompt as the server is asked what goes along. */
export interface Draft {
  readonly text: string;
  readonly chips: readonly Chip[];
  readonly tier?: string;
}

/** What goes along, as the chip said it. */
export interface Shown {
  readonly at: WireLocation;
  readonly label: string;
}

export class Focus {
  private draft: Draft = { text: "", chips: [] };
  private looks = 0;
  private found: { readonly at: WireLocation; readonly offer: FocusContext } | undefined;

  constructor(
    private readonly session: Session,
    private readonly memory: vscode.Memento,
    private readonly post: (message: ToPage) => void,
    /** The question that would be asked; undefined where the text is none. */
    private readonly question: (text: string) => string | undefined,
  ) {}

  /** What goes along with the next question; undefined where nothing does. */
  get shown(): Shown | undefined {
    return this.found === undefined || this.off ? undefined
      : { at: this.found.at, label: this.found.offer.label ?? "" };
  }

  /** Takes it off, or along again; remembered for this workspace. */
  async turn(on: boolean): Promise<void> {
    await this.memory.update(OFF, on ? undefined : true);
    this.tell();
  }

  /** Looks again: another text, or another place in the editor. */
  async look(draft: Draft = this.draft): Promise<void> {
    this.draft = draft;
    this.looks += 1;
    const mine = this.looks;
    const found = await this.ask(draft);
    if (mine !== this.looks) return;
    this.found = found;
    this.tell();
  }

  private async ask({ text, chips, tier }: Draft): Promise<Focus["found"]> {
    const place = cursor();
    const prompt = this.question(text);
    if (place === undefined || prompt === undefined || this.session.health.state !== "running") return undefined;
    const at = { uri: place.uri, range: place.range };
    const selection = chips.find((chip) => chip.kind === "selection");
    try {
      const offer = await this.session.request("tierwise/chat/focus", {
        prompt,
        tier,
        focus: at,
        selection: selection === undefined ? undefined : { uri: selection.uri, range: selection.range },
        references: chips.filter((chip) => chip !== selection).map(({ uri, range }) => ({ uri, range })),
      });
      return offer.title === undefined ? undefined : { at, offer };
    } catch {
      // What is asked while somebody types is never worth a message.
      return undefined;
    }
  }

  private get off(): boolean {
    return this.memory.get<boolean>(OFF) === true;
  }

  private tell(): void {
    this.post({ kind: "focus", chip: this.chip() });
    this.post({ kind: "suggestion", chip: this.suggestion() });
  }

  private chip(): FocusChip | undefined {
    const offer = this.found?.offer;
    return offer?.title === undefined ? undefined
      : { title: offer.title, label: offer.label ?? "", detail: offer.path ?? "", on: !this.off };
  }

  /** A selection that does not go along as a whole may still be attached. */
  private suggestion(): Chip | undefined {
    const chip = selected();
    return chip === undefined || chip.label.endsWith(this.lines()) ? undefined : chip;
  }

  /** The lines that go along, as a chip of a selection says them. */
  private lines(): string {
    const { path = "", firstLine = 0, lastLine = 0 } = this.found?.offer ?? {};
    if (path === "") return "\0";
    return `${path}:${firstLine === lastLine ? "" : `${firstLine}–`}${lastLine}`;
  }
}
