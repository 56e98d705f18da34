/** One trace step by step. */

import { html } from "../html.js";

export default function StepsPage() {
  return html`<div class="page trace steps"></div>`;
}
