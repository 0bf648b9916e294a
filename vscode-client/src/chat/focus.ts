/** The focus: the operator's document and selection, sent with a question unless they remove it. */
import type * as vscode from "vscode";
import type { Chip, FocusChip, ToPage } from "../panel/protocol";
import type { FocusContext, WireLocation } from "../server/messages";
import type { Session } from "../server/session";
import { cursor, selected } from "./attachments";

/** The key under which the workspace remembers that the operator removed the focus. */
const OFF = "tierwise.focusOff";

/** The content of the prompt for which the server says what would be sent with it. */
export interface Draft {
  readonly text: string;
  readonly chips: readonly Chip[];
  readonly tier?: string;
}

/** The focus that is sent, with the label that its chip showed. */
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
    /** Returns the question in a text; undefined if the text is no question. */
    private readonly question: (text: string) => string | undefined,
  ) {}

  /** The focus that is sent with the next question; undefined if none is. */
  get shown(): Shown | undefined {
    return this.found === undefined || this.off ? undefined
      : { at: this.found.at, label: this.found.offer.label ?? "" };
  }

  /** Adds the focus to questions or removes it. The workspace remembers that. */
  async turn(on: boolean): Promise<void> {
    await this.memory.update(OFF, on ? undefined : true);
    this.tell();
  }

  /** Asks the server again, because the text or the place in the editor changed. */
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
      // This runs while the operator types, so an error shows no message.
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

  /** The selection, if the focus does not include all of it. The operator may attach it then. */
  private suggestion(): Chip | undefined {
    const chip = selected();
    return chip === undefined || chip.label.endsWith(this.lines()) ? undefined : chip;
  }

  /** The lines that are sent, in the form of a selection chip's label. */
  private lines(): string {
    const { path = "", firstLine = 0, lastLine = 0 } = this.found?.offer ?? {};
    if (path === "") return "\0";
    return `${path}:${firstLine === lastLine ? "" : `${firstLine}–`}${lastLine}`;
  }
}
