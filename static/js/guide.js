/** The guide's pages, which are HTML of our own without scripts, as elements of this page: only what prose is made of, and text. */

import { h } from "../vendor/preact.js";
import { ToCopy } from "./components/copy-button.js";

/** @typedef {{title: string, content: unknown[], contents: {heading: string, links: {href: string, text: string}[]}[]}} GuidePage */

const PROSE = new Set(["H2", "H3", "P", "UL", "OL", "LI", "CODE", "STRONG", "EM", "B", "TABLE", "THEAD", "TBODY", "TR", "TH", "TD"]);
const PRINTED = "http://127.0.0.1:8000";

/** @param {string} source @returns {GuidePage} */
export function guidePage(source) {
  const page = new DOMParser().parseFromString(source, "text/html");
  const main = page.querySelector("main");
  const heading = main?.querySelector("h1");
  heading?.remove();
  return { title: heading?.textContent ?? "Guide", content: main ? shownIn(main) : [], contents: contentsOf(page.querySelector("nav")) };
}

/** @param {Element} element @returns {unknown[]} */
const shownIn = (element) => [...element.childNodes].map(shown);

/** @param {Node} node @returns {unknown} */
function shown(node) {
  if (node instanceof Text) return node.data;
  if (!(node instanceof Element)) return null;
  if (node.tagName === "PRE") return h(ToCopy, { text: (node.textContent ?? "").replaceAll(PRINTED, location.origin) });
  if (node.tagName === "A") return h("a", { href: safe(node.getAttribute("href") ?? "") }, /** @type {any} */ (shownIn(node)));
  if (!PROSE.has(node.tagName)) return shownIn(node);
  return h(node.tagName.toLowerCase(), {}, /** @type {any} */ (shownIn(node)));
}

/** Pages of the guide and of this server, and the web; nothing else. @param {string} href */
const safe = (href) => (/^(https?:\/\/|\/|[a-z0-9-]+\.html$)/.test(href) ? href : undefined);

/** @param {Element | null} nav @returns {GuidePage["contents"]} */
function contentsOf(nav) {
  /** @type {GuidePage["contents"]} */
  const parts = [{ heading: "", links: [] }];
  for (const one of nav?.children ?? []) {
    if (one.tagName === "H2") parts.push({ heading: one.textContent ?? "", links: [] });
    if (one.tagName === "A") parts.at(-1)?.links.push({ href: safe(one.getAttribute("href") ?? "") ?? "/guide/", text: one.textContent ?? "" });
  }
  return parts;
}
