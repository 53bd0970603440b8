// Fails when the first view needs more JavaScript than a slow phone should have to fetch.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 250_000;
/** What is fetched before My tenants, where everybody begins, shows its rows. */
const FIRST_VIEW = ["index.html", "src/queue/QueuePage.tsx"];

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

function gathered(entry, chunks = new Set(), styles = new Set()) {
  const chunk = manifest[entry];
  if (!chunk) throw new Error(`the build has no ${entry}`);
  if (chunks.has(chunk.file)) return { chunks, styles };
  chunks.add(chunk.file);
  for (const style of chunk.css ?? []) styles.add(style);
  for (const each of chunk.imports ?? []) gathered(each, chunks, styles);
  return { chunks, styles };
}

const weigh = (files) => [...files].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length, 0);

const first = { chunks: new Set(), styles: new Set() };
for (const entry of FIRST_VIEW) gathered(entry, first.chunks, first.styles);
const script = weigh(first.chunks);
const all = new Set(Object.values(manifest).map((chunk) => chunk.file).filter((file) => file.endsWith(".js")));
const inKilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
console.log(`first view: ${inKilobytes(script)} of script (at most ${inKilobytes(BUDGET)}), ${inKilobytes(weigh(first.styles))} of style, gzipped`);
console.log(`everything: ${inKilobytes(weigh(all))} of script in ${all.size} files`);
if (script > BUDGET) {
  console.error(`The first view needs ${inKilobytes(script)} of script: load what it does not show lazily.`);
  process.exit(1);
}
