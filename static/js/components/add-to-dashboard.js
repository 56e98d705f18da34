/** Put what a chart shows on a dashboard: one that is there, or a new one. */

import { contentOf, MOST_TILES, placed, tilesOf } from "../dashboards.js";
import { html } from "../html.js";
import { toDashboard } from "../links.js";
import { go } from "../router.js";
import { useSaved } from "../saved.js";
import { Icon } from "./icon.js";
import { Popup } from "./popup.js";
import { say, sayFault } from "./toast.js";

const SHOWN = 8;

/** @param {{plans: import("../dashboards.js").Plan[]}} props  `plans`: a tile, or several that tell the same together */
export const AddToDashboard = ({ plans }) => html`<${Popup} class="add-to" button="" side="left" name="Add to a dashboard" label=${html`<${Icon} name="plus" size=${14} />`}>
  ${(/** @type {() => void} */ close) => html`<${Targets} plans=${plans} close=${close} />`}<//>`;

/** @param {{plans: import("../dashboards.js").Plan[], close: () => void}} props */
function Targets({ plans, close }) {
  const { items, save } = useSaved("dashboard");
  /** @param {string} name @param {import("../saved.js").Item} [item] */
  const put = async (name, item) => {
    close();
    const before = item ? tilesOf(item.content) : [];
    try {
      const made = await save(name, item ? { tiles: plans.reduce((tiles, one) => [...tiles, placed(tiles, one)], before) } : contentOf(plans), item?.id);
      say(`Added to ${name}`, () => go(toDashboard(made.id)), "Open");
    } catch (fault) {
      sayFault(fault, "Not added");
    }
  };
  const targets = (items ?? []).filter(({ content }) => tilesOf(content).length + plans.length <= MOST_TILES).reverse().slice(0, SHOWN);
  return html`<p class="dim small menu-head">Add to a dashboard</p>
    ${targets.map((item) => html`<button type="button" role="menuitem" class="item" key=${item.id} onClick=${() => put(item.name, item)}><span class="cut">${item.name}</span></button>`)}
    <button type="button" role="menuitem" class="item" onClick=${() => put("New dashboard")}>A new dashboard</button>`;
}
