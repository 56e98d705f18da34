/** For Node, Deno and Bun: scopes follow `await`, timers and callbacks; what waits is sent before the process ends. */

import { AsyncLocalStorage } from "node:async_hooks";

import { carryWith, type Scope } from "./scope.js";

carryWith(new AsyncLocalStorage<Scope>());

export * from "./index.js";
export { default } from "./index.js";
