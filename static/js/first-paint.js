// Runs before the first paint, so that a chosen appearance never flashes: the only script that is not a module.
(() => {
  const root = document.documentElement;
  /** @param {string} name */
  const chosen = (name) => {
    try {
      return localStorage.getItem(`lynex.${name}`);
    } catch {
      return null;
    }
  };
  for (const name of ["theme", "density"]) {
    const value = chosen(name);
    if (value) root.dataset[name] = value;
  }
  if (chosen("rail") === "yes") root.dataset.rail = "yes";
})();
