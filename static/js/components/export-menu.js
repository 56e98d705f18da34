/** Take the events of the filter along, as a file. */

import { startExport } from "../exports.js";
import { exact } from "../format.js";
import { html } from "../html.js";
import { Icon } from "./icon.js";
import { Popup } from "./popup.js";

/** @type {readonly (readonly [import("../exports.js").Format, string, string])[]} */
const FORMATS = [
  ["csv", "CSV", "for spreadsheets"],
  ["jsonl", "JSONL", "one event a line, as the API answers it"],
  ["parquet", "Parquet", "typed columns, small"],
];

/** @param {{params: import("../api.js").Params, count: number | undefined}} props  `params`: of /events */
export const ExportMenu = ({ params, count }) => html`<${Popup} class="export" name="" label=${html`<${Icon} name="down" size=${14} /><span class="wide">Export</span><span class="sr phone">Export</span>`}>
  ${(/** @type {() => void} */ close) => html`
    <p class="dim small">${count === undefined ? "Whole events of this filter" : count === 1 ? "1 event, whole" : `${exact(count)} events, whole`}</p>
    ${FORMATS.map(([format, name, note]) => html`<button type="button" role="menuitem" class="item" key=${format} onClick=${() => { startExport(format, params); close(); }}>${name}<span class="dim small">${note}</span></button>`)}`}
<//>`;
