/** Overview: what changed, in words and numbers, and the charts that prove it. */

import { html } from "../html.js";
import { Page } from "../components/page.js";

export default function Overview() {
  return html`<${Page} title="Overview" />`;
}
