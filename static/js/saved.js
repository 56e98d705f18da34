/** What people saved with the project: views, dashboards, breakpoints. Whoever shows a kind shows the same items. */

import { useEffect } from "../vendor/hooks.js";
import { signal } from "../vendor/signals.js";
import { ask, send } from "./api.js";
import { project } from "./state.js";

/** @typedef {"view" | "dashboard" | "breakpoints"} Kind */
/**
 * @template [T=any]
 * @typedef {{id: string, kind: Kind, name: string, content: T, created_at: string, updated_at: string}} Item
 */
/**
 * `items`: undefined until they are known. `save` and `remove` answer the item and throw the refusal; `save` with an `id` changes that one.
 * @template [T=any]
 * @typedef {{items: Item<T>[] | undefined, fault: Error | null, save: (name: string, content: T, id?: string) => Promise<Item<T>>, remove: (id: string) => Promise<Item<T>>}} Saved
 */
/** @typedef {{items: Item[] | undefined, fault: Error | null}} Known */

/** @type {Map<string, import("../vendor/signals.js").Signal<Known>>} */
const known = new Map();

/** @param {string} of  project @param {Kind} kind */
function shelf(of, kind) {
  const key = `${of} ${kind}`;
  const found = known.get(key) ?? signal(/** @type {Known} */ ({ items: undefined, fault: null }));
  known.set(key, found);
  return found;
}

/** Ask anew. @param {string} of  project @param {Kind} kind */
async function load(of, kind) {
  const on = shelf(of, kind);
  try {
    on.value = { items: (await ask("/saved", { project_id: of, kind })).items, fault: null };
  } catch (fault) {
    on.value = { items: on.peek().items, fault: /** @type {Error} */ (fault) };
  }
}

/** @template [T=any] @param {Kind} kind @returns {Saved<T>} */
export function useSaved(kind) {
  const of = project.value?.id ?? "";
  const on = shelf(of, kind);
  useEffect(() => {
    if (of) void load(of, kind);
  }, [of, kind]);
  return {
    ...on.value,
    save: async (name, content, id) => {
      const item = id
        ? await send("PUT", `/saved/${encodeURIComponent(id)}`, { name, content }, { project_id: of })
        : await send("POST", "/saved", { kind, name, content }, { project_id: of });
      const items = on.peek().items ?? [];
      on.value = { items: items.some((one) => one.id === item.id) ? items.map((one) => (one.id === item.id ? item : one)) : [...items, item], fault: null };
      return item;
    },
    remove: async (id) => {
      const item = await send("DELETE", `/saved/${encodeURIComponent(id)}`, undefined, { project_id: of });
      on.value = { items: (on.peek().items ?? []).filter((one) => one.id !== id), fault: null };
      return item;
    },
  };
}
