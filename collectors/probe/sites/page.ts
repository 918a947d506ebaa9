import { type DefaultTreeAdapterTypes, parse } from "parse5";

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

/** What an audit wants of a page. */
export interface Page {
  /** What a reader sees, blanks folded. */
  readonly text: string;
  /** Pages it leads to, absolute, without fragments, each once, in the page's order. */
  readonly links: readonly string[];
  /** Where its pictures, scripts, styles and frames come from: `https://cdn.edu.cn:8443`, each once. */
  readonly origins: readonly string[];
}

const UNSEEN = new Set(["script", "style", "noscript", "template", "head"]);
/** Attributes that load something with the page. */
const LOADS: Readonly<Record<string, string>> = {
  img: "src",
  script: "src",
  iframe: "src",
  link: "href",
  source: "src",
  video: "src",
  audio: "src",
  embed: "src",
};
const MOST_LINKS = 2000;

/** Reads a page as a browser does (HTML Living Standard, by parse5). `url` is where it came from. */
export function readPage(html: string, url: string): Page {
  const links = new Set<string>();
  const origins = new Set<string>();
  const text: string[] = [];
  let base = url;
  const stack: { readonly node: Node; readonly seen: boolean }[] = [{ node: parse(html), seen: true }];
  for (let at = stack.pop(); at; at = stack.pop()) {
    const { node } = at;
    if ("value" in node && node.nodeName === "#text" && at.seen) text.push(node.value);
    if (!("childNodes" in node)) continue;
    let { seen } = at;
    if ("tagName" in node) {
      const element = node as Element;
      if (element.tagName === "base") base = absolute(attribute(element, "href"), url) ?? base;
      if (element.tagName === "a" && links.size < MOST_LINKS) {
        const link = absolute(attribute(element, "href"), base);
        if (link !== undefined) links.add(link);
      }
      const loaded = LOADS[element.tagName];
      const source = loaded && absolute(attribute(element, loaded), base);
      if (source) origins.add(new URL(source).origin);
      seen = seen && !UNSEEN.has(element.tagName);
    }
    for (let i = node.childNodes.length - 1; i >= 0; i--) stack.push({ node: node.childNodes[i]!, seen });
  }
  links.delete(url);
  return { text: text.join(" ").replace(/\s+/g, " ").trim(), links: [...links], origins: [...origins] };
}

function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((one) => one.name === name)?.value;
}

function absolute(href: string | undefined, base: string): string | undefined {
  if (href === undefined || !URL.canParse(href, base)) return undefined;
  const url = new URL(href, base);
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  url.hash = "";
  return url.href;
}

/**
 * How alike two texts are, 0..1: the Sørensen-Dice coefficient of their pairs of neighbouring characters, which needs
 * no word boundaries and so holds for Chinese. Two empty texts are alike.
 */
export function likeness(a: string, b: string): number {
  const [left, right] = [pairs(a), pairs(b)];
  const total = left.size + right.size;
  if (total === 0) return 1;
  let both = 0;
  for (const [pair, count] of left.counts) both += Math.min(count, right.counts.get(pair) ?? 0);
  return (2 * both) / total;
}

function pairs(text: string): { readonly counts: ReadonlyMap<string, number>; readonly size: number } {
  const characters = [...text];
  const counts = new Map<string, number>();
  for (let i = 0; i + 1 < characters.length; i++) {
    const pair = `${characters[i]}${characters[i + 1]}`;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return { counts, size: Math.max(0, characters.length - 1) };
}

/** Whether a link stays with the site: the same host, or one under the same name without `www.`. */
export function isInternal(link: string, site: string): boolean {
  const [host, own] = [new URL(link).hostname, new URL(site).hostname.replace(/^www\./, "")];
  return host === own || host.endsWith(`.${own}`);
}
