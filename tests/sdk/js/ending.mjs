// argv: module, endpoint, key, marker. Captures and ends: nobody flushes.

const [module, endpoint, apiKey, marker] = process.argv.slice(2);
const { Lynex } = await import(module);
const client = new Lynex({ endpoint, apiKey, flushInterval: 60_000 });
for (let n = 0; n < 30; n += 1) client.custom(`${marker}-${String(n).padStart(5, "0")}`, { n }, { tags: [marker] });
