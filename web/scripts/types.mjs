// Writes src/api/schema.d.ts from our OpenAPI document; --check only tells whether it is stale.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const document = new URL("../../docs/openapi.json", import.meta.url);
const target = new URL("../src/api/schema.d.ts", import.meta.url);
const head = "// Written from docs/openapi.json by `npm run types`. Not to be edited.\n\n";

const written = head + astToString(await openapiTS(document));
if (!process.argv.includes("--check")) writeFileSync(target, written);
else if (readFileSync(target, "utf8") !== written) {
  console.error("src/api/schema.d.ts is not what docs/openapi.json says: run `npm run types`.");
  process.exit(1);
}
