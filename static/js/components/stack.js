/** A stack: the application's own frames stand out, where it failed is marked, frames of libraries in a row are one line until asked for. */

import { useMemo, useState } from "../../vendor/hooks.js";
import { count } from "../format.js";
import { html } from "../html.js";
import { readStack } from "../stack.js";

const FEW = 2; // frames of libraries that are not worth folding

/** @param {{stack: string}} props */
export function Stack({ stack }) {
  const { parts, failedAt } = useMemo(() => readStack(stack), [stack]);
  const hasOwn = failedAt !== null;
  return html`<div class="json box stack" tabindex="0" role="group" aria-label="Stack">${grouped(parts).map((group, index) => {
    if ("said" in group) return group.said.map((line, at) => html`<div class="said" key=${`${index} ${at}`}>${line || "\u200b"}</div>`);
    const frames = group.frames;
    if (hasOwn && !frames[0]?.isOwn && frames.length > FEW) return html`<${Folded} key=${index} frames=${frames} />`;
    return frames.map((frame, at) => html`<${Shown} key=${`${index} ${at}`} frame=${frame} isHere=${frame === failedAt} />`);
  })}</div>`;
}

/** @param {{frames: import("../stack.js").Frame[]}} props */
function Folded({ frames }) {
  const [isOpen, setOpen] = useState(false);
  if (isOpen) return frames.map((frame, at) => html`<${Shown} key=${at} frame=${frame} isHere=${false} />`);
  return html`<div class="frame"><button type="button" class="held" aria-expanded="false" onClick=${() => setOpen(true)}>${count(frames.length)} frames of libraries</button></div>`;
}

/** @param {{frame: import("../stack.js").Frame, isHere: boolean}} props */
const Shown = ({ frame, isHere }) => html`<div class=${`frame${frame.isOwn ? " own" : ""}${isHere ? " here" : ""}`}>
  ${frame.lines.map((line, at) => html`<div key=${at}>${line}${isHere && at === 0 && html`<span class="where">failed here</span>`}</div>`)}</div>`;

/** Frames in a row that are all own, or all of libraries, as one. @param {import("../stack.js").Part[]} parts */
function grouped(parts) {
  /** @type {({said: string[]} | {frames: import("../stack.js").Frame[]})[]} */
  const groups = [];
  for (const part of parts) {
    const last = groups.at(-1);
    if ("said" in part) groups.push(part);
    else if (last && "frames" in last && last.frames[0]?.isOwn === part.frame.isOwn) last.frames.push(part.frame);
    else groups.push({ frames: [part.frame] });
  }
  return groups;
}
