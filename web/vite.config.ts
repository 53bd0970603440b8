import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/**
 * Takes the fonts out of the style sheet and makes files of them. Inside it they are more than half of what has to come
 * before the first paint, and most of their weights are never shown.
 */
function fontsAsFiles(): Plugin {
  return {
    name: "fonts-as-files",
    apply: "build",
    generateBundle(_options, bundle) {
      for (const asset of Object.values(bundle)) {
        if (asset.type !== "asset" || !asset.fileName.endsWith(".css")) continue;
        asset.source = String(asset.source).replace(
          /url\((["']?)data:font\/woff2;base64,([A-Za-z0-9+/=]+)\1\)/g,
          (_match, _quote, encoded: string) => {
            const reference = this.emitFile({
              type: "asset",
              name: "open-sans.woff2",
              source: Buffer.from(encoded, "base64"),
            });
            return `url(${this.getFileName(reference).replace("assets/", "")})`;
          },
        );
      }
    },
  };
}

const backend = process.env["BACKEND"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "/app/",
  plugins: [react(), fontsAsFiles()],
  build: {
    // Nothing as a data: URL, so that the page's own policy need not allow any.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    // Whose work is in there, and under which terms it may be: served beside it, as those terms ask.
    license: { fileName: "licences.txt" },
    target: "es2022",
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/app/config.json": backend,
      "/tenants": backend,
      "/onboarding": backend,
      "/consent": backend,
    },
  },
  // A limit that only a test that hangs comes to, however slow the machine is.
  test: { include: ["src/**/*.test.{ts,tsx}"], restoreMocks: true, testTimeout: 60_000 },
});
