import { fileURLToPath } from "node:url";
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Where `npx vite --config web/vite.config.ts` finds a running server while the page is being worked on. */
const API = process.env["SPANLEDGER_DEV_API"] ?? "http://127.0.0.1:4318";

export default defineConfig({
  root: here("."),
  plugins: [preact({ devToolsEnabled: false })],
  build: {
    outDir: here("../dist/web"),
    emptyOutDir: true,
    target: "es2022",
    // Everything comes from files of the own origin: no inline script, style or data URL needs an exception in the CSP.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": { target: API, changeOrigin: true } } },
});
