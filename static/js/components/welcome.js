/** Before the sign-in link: what runs here, and how to get in. */

import { html } from "../html.js";
import { Icon } from "./icon.js";

export const Welcome = () => html`<main class="welcome">
  <p class="brand"><${Icon} name="mark" size=${24} />Lynex</p>
  <h1>This server is running.</h1>
  <p>You are not signed in. Open the sign-in link that <code>lynex serve</code> printed when it started; it works once. A restart
    prints a new one.</p>
  <p>On the machine itself <code>lynex events</code>, <code>lynex tail</code> and <code>lynex stats</code> need no sign-in. Programs
    send an API key; <a href="/docs">the API</a> lists every route.</p>
  <p class="ways"><a class="btn" href="/docs">The API</a> <a class="btn" href="/guide/">The guide</a></p>
</main>`;
