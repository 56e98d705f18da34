/** A button that takes a text along and says so in its own place. */

import { useEffect, useState } from "../../vendor/hooks.js";
import { html } from "../html.js";
import { Icon } from "./icon.js";

const SAID_MS = 1200;

/** @param {{text: string, name?: string}} props  `name`: what it copies, for who does not see what stands beside it */
export function CopyButton({ text, name = "" }) {
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (!said) return undefined;
    const timer = setTimeout(() => setSaid(""), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = () => navigator.clipboard.writeText(text).then(() => setSaid("Copied"), () => setSaid("The browser refused"));
  return html`<button type="button" class="btn quiet tiny" aria-label=${name ? `Copy ${name}` : undefined} onClick=${copy}>
    <${Icon} name="copy" size=${14} /><span aria-live="polite">${said || "Copy"}</span></button>`;
}

/** What is to be pasted somewhere, with its button. @param {{text: string, name?: string}} props */
export const ToCopy = ({ text, name = "" }) => html`<div class="tocopy"><pre class="json box" tabindex="0" aria-label=${name || undefined}>${text}</pre><${CopyButton} text=${text} name=${name} /></div>`;
