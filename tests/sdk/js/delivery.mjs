// argv: module, endpoint, key, marker. Sends through whatever stands there; prints its counts.

const [module, endpoint, apiKey, marker, count] = process.argv.slice(2);
const { Lynex } = await import(module);
const said = [];
const client = new Lynex({ endpoint, apiKey, flushInterval: 50, timeout: 500, onError: (text) => said.push(text) });
for (let n = 0; n < Number(count); n += 1) client.custom(`${marker}-${String(n).padStart(5, "0")}`, { n }, { tags: [marker] });
process.stdout.write("captured\n");
const flushed = await client.flush(20_000);
process.stdout.write(`${JSON.stringify({ flushed, said, ...client.stats() })}\n`);
await client.shutdown();
