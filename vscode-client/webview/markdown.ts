/** Markdown of a model as nodes: nothing in it can run, load, or leave the page by itself. */

import DOMPurify from "dompurify";
import MarkdownIt from "markdown-it";

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: false });
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
markdown.validateLink = (address) => /^(https?:\/\/|mailto:)/i.test(address) || isPath(address);

// A picture would be a request to wherever the model says, so only its words are kept.
markdown.renderer.rules["image"] = (tokens, index) => {
  const token = tokens[index];
  const words = token?.content ?? "";
  return `<em>${markdown.utils.escapeHtml(words === "" ? "picture" : words)}</em>`;
};
markdown.core.ruler.push("align", (state) => {
  for (const token of state.tokens) {
    const side = /^text-align:(left|center|right)$/.exec(String(token.attrGet("style") ?? ""))?.[1];
    token.attrs = token.attrs?.filter(([name]) => name !== "style") ?? null;
    if (side !== undefined) token.attrSet("align", side);
  }
});

const ALLOWED = {
  ALLOWED_TAGS: [
    ...["p", "br", "hr", "em", "strong", "s", "del", "code", "pre", "blockquote", "a"],
    ...["h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li"],
    ...["table", "thead", "tbody", "tr", "th", "td"],
  ],
  ALLOWED_ATTR: ["href", "title", "start", "align", "class"],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:|[\w.@-]+(?:\/[\w.@-]+)*(?:#L\d+)?$)/i,
  RETURN_DOM_FRAGMENT: true as const,
};

/** The nodes of some markdown, ready to be put into the page. */
export function toNodes(text: string): DocumentFragment {
  const nodes = DOMPurify.sanitize(markdown.render(text), ALLOWED);
  for (const link of nodes.querySelectorAll("a")) {
    link.title = link.getAttribute("href") ?? "";
    link.rel = "noopener noreferrer";
  }
  for (const code of nodes.querySelectorAll("[class]")) keepLanguage(code);
  return nodes;
}

/** Whether an address names a file of the workspace: a relative path, perhaps with a line. */
export function isPath(address: string): boolean {
  return /^[\w.@-]+(\/[\w.@-]+)*(#L\d+)?$/.test(address) && !address.includes("..");
}

/** The only class a model may bring is the language of a fence. */
function keepLanguage(node: Element): void {
  const language = /^language-[\w+#-]{1,30}$/.exec(node.className);
  if (language === null) node.removeAttribute("class");
}
