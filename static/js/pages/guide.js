/** The guide inside the dashboard: its contents, one page of prose, what is to be copied with a button. */

import { useEffect, useState } from "../../vendor/hooks.js";
import { readPage } from "../api.js";
import { guidePage } from "../guide.js";
import { html } from "../html.js";
import { address } from "../router.js";
import { Page } from "../components/page.js";
import { Empty, Failed, Skeleton } from "../components/states.js";

/** @typedef {import("../guide.js").GuidePage} GuidePage */

const FIRST = "/guide/";
/** @type {Map<string, GuidePage>} */
const read = new Map();

/** @param {{params: {page?: string}}} props */
export default function Guide({ params }) {
  const path = `${FIRST}${params.page ?? ""}`;
  const [, setRead] = useState("");
  const [fault, setFault] = useState(/** @type {(Error & {status?: number}) | null} */ (null));
  const [round, setRound] = useState(0);
  useEffect(() => {
    setFault(null);
    if (read.has(path)) return;
    readPage(path).then((source) => {
      read.set(path, guidePage(source));
      setRead(path);
    }, setFault);
  }, [path, round]);
  const page = read.get(path);
  const contents = page?.contents ?? [...read.values()][0]?.contents ?? [];
  useEffect(() => {
    if (page) document.title = `${page.title} · Lynex guide`;
  }, [page]);
  return html`<${Page} class="in-guide" title=${page?.title ?? "Guide"} facts=${page ? "Guide" : ""}>
    <div class="both"><nav class="contents" aria-label="Guide"><${Contents} contents=${contents} /></nav>
      <details class="contents" key=${path}><summary>Contents</summary><${Contents} contents=${contents} /></details>
      <article class="prose-page">${fault?.status === 404 ? html`<${Empty} title="There is no such page in the guide."><p><a href=${FIRST}>Go to its start</a></p><//>`
        : fault ? html`<${Failed} fault=${fault} again=${() => setRound(round + 1)} />` : page ? page.content : html`<${Skeleton} lines=${10} />`}</article></div>
  <//>`;
}

/** @param {{contents: GuidePage["contents"]}} props */
const Contents = ({ contents }) => contents.map(({ heading, links }) => html`<div key=${heading}>${heading && html`<h2>${heading}</h2>`}
  <ul>${links.map(({ href, text }) => html`<li key=${href}><a href=${href} aria-current=${href === address.value.path ? "page" : undefined}>${text}</a></li>`)}</ul></div>`);
