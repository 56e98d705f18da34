/** Events: the timeline, newest first, followed live. */

import { html } from "../html.js";
import { Page } from "../components/page.js";

export default function Events() {
  return html`<${Page} title="Events" />`;
}
