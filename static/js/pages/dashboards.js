/** Dashboards: what the project keeps, and something to begin with. */

import { tilesOf } from "../dashboards.js";
import { TEMPLATES } from "../dashboard-templates.js";
import { count } from "../format.js";
import { html } from "../html.js";
import { toDashboard } from "../links.js";
import { go } from "../router.js";
import { useSaved } from "../saved.js";
import { day, everyWay } from "../time.js";
import { Icon } from "../components/icon.js";
import { Page } from "../components/page.js";
import { Popup } from "../components/popup.js";
import { Failed, Skeleton } from "../components/states.js";
import { say, sayFault } from "../components/toast.js";

/** @typedef {typeof TEMPLATES[number]} Template */

export default function Dashboards() {
  const { items, fault, save, remove } = useSaved("dashboard");
  /** @param {Template} template */
  const make = async ({ name, content }) => {
    try {
      const isEmpty = content.tiles.length === 0;
      const made = await save(isEmpty ? "New dashboard" : name, content);
      go(toDashboard(made.id, isEmpty));
    } catch (refusal) {
      sayFault(refusal, "Not made");
    }
  };
  /** @param {import("../saved.js").Item} item */
  const take = async ({ id, name, content }) => {
    try {
      await remove(id);
      say(`Removed ${name}`, () => void save(name, content).catch((refusal) => sayFault(refusal, "Not undone")));
    } catch (refusal) {
      sayFault(refusal, "Not removed");
    }
  };
  return html`<${Page} class="dashboards" title="Dashboards" facts=${items && items.length > 0 && html`<span class="num">${count(items.length)}</span>`}
    bar=${items && items.length > 0 && html`<${NewOne} make=${make} />`}>
    <div class="pad">${fault && !items ? html`<${Failed} fault=${fault} again=${() => location.reload()} />`
      : !items ? html`<${Skeleton} lines=${6} />`
      : items.length === 0 ? html`<${Beginnings} make=${make} />`
      : html`<${Kept} items=${items} take=${take} />`}</div>
  <//>`;
}

/** @param {{make: (template: Template) => void}} props */
const NewOne = ({ make }) => html`<${Popup} name="" label=${html`<${Icon} name="plus" size=${14} />New dashboard`}>
  ${(/** @type {() => void} */ close) => TEMPLATES.map((template) => html`<button type="button" role="menuitem" class="item template" key=${template.name} onClick=${() => { close(); make(template); }}>
    <span>${template.name}</span><span class="dim small">${template.asks}</span></button>`)}<//>`;

/** @param {{make: (template: Template) => void}} props */
const Beginnings = ({ make }) => html`<div class="empty"><h2>No dashboard yet.</h2>
  <p>A dashboard puts the figures you look at together on one page, for everybody in the project. Begin with one of these; every tile can be changed. Charts on Overview offer to be added, too.</p>
  <ul class="beginnings">${TEMPLATES.map((template) => html`<li key=${template.name}><button type="button" onClick=${() => make(template)}>
    <${Sketch} tiles=${template.content.tiles} /><span><b>${template.name}</b><span class="soft">${template.asks}</span></span></button></li>`)}</ul></div>`;

/** @param {{items: import("../saved.js").Item[], take: (item: import("../saved.js").Item) => void}} props */
const Kept = ({ items, take }) => html`<table class="list kept"><thead><tr><th scope="col">Name</th><th scope="col" class="num">Tiles</th><th scope="col" class="num">Changed</th><th scope="col"><span class="sr">Remove</span></th></tr></thead>
  <tbody>${[...items].sort((one, other) => one.name.localeCompare(other.name)).map((item) => html`<tr key=${item.id}>
    <td class="cut"><a class="plain whole" href=${toDashboard(item.id)}><${Sketch} tiles=${tilesOf(item.content)} /><span class="cut">${item.name}</span></a></td>
    <td class="num soft">${tilesOf(item.content).length}</td><td class="num soft" title=${everyWay(item.updated_at)}>${day(item.updated_at)}</td>
    <td><button type="button" class="btn quiet tiny" aria-label=${`Remove ${item.name}`} onClick=${() => take(item)}>Remove</button></td></tr>`)}</tbody></table>`;

/** The arrangement in small. @param {{tiles: readonly import("../dashboards.js").Tile[]}} props */
const Sketch = ({ tiles }) => html`<span class="sketch" aria-hidden="true">${tiles.slice(0, 10).map(({ id, width, height }) => html`<i key=${id} class=${`w${width} h${height}`}></i>`)}</span>`;
