/** Before the sign-in link: what runs here, and how to get in. Whoever signs in beside, in another tab, is let in here too. */

import { useEffect, useState } from "../../vendor/hooks.js";
import { html } from "../html.js";
import { address } from "../router.js";
import { start } from "../state.js";
import { comeBackHere } from "../way-back.js";
import { Glyph, Icon } from "./icon.js";

export function Welcome() {
  const [link, setLink] = useState("");
  const [fault, setFault] = useState("");
  const wasRefused = address.value.query.get("signin") === "invalid";
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === "visible") void start();
    };
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  /** @param {Event} event */
  const enter = (event) => {
    event.preventDefault();
    const token = /^(?:.*[?&]token=)?([\w-]{20,128})$/.exec(link.trim())?.[1];
    if (!token) return setFault("That is no sign-in link: it ends in ?token= and some forty characters.");
    if (!wasRefused) comeBackHere();
    location.assign(`/signin?token=${token}`);
    return undefined;
  };
  return html`<main class="welcome">
    <p class="brand"><${Icon} name="mark" size=${24} />Lynex</p>
    <h1>This server is running.</h1>
    ${wasRefused && html`<p class="refused" role="alert"><${Glyph} type="error" failed /><span><b>That sign-in link was used already, or is more than an hour old.</b> <code>lynex signin</code> makes another.</span></p>`}
    <p>You are not signed in. Open the sign-in link that <code>lynex serve</code> printed when it started, or make one on its machine with <code>lynex signin</code>. A link works once, within an hour.</p>
    <form onSubmit=${enter}>
      <label for="sign-in-link">Sign-in link</label>
      <div class="enter"><span class=${`field${fault ? " wrong" : ""}`}><input id="sign-in-link" value=${link} placeholder=${`${location.origin}/signin?token=…`} autocomplete="off" spellcheck=${false} aria-invalid=${fault ? "true" : undefined}
        onInput=${(/** @type {Event} */ event) => { setLink(/** @type {HTMLInputElement} */ (event.target).value); setFault(""); }} /></span><button class="btn solid" disabled=${!link.trim()}>Sign in</button></div>
      ${fault && html`<p class="say bad" role="alert">${fault}</p>`}
    </form>
    <p class="soft small">On the machine itself <code>lynex events</code>, <code>lynex tail</code> and <code>lynex stats</code> need no sign-in. Programs send an API key.${" "}
      <a href="/docs">The API</a> and <a href="/guide/" target="_self">the guide</a> are open to read.</p>
  </main>`;
}
