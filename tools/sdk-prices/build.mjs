import { createHash } from "node:crypto";
import { cpSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "vite";

/**
 * Bundles the pricing engine and the price book into `src/sdk/dist/prices.js`: the wrapper's source may import nothing of the server,
 * so the two share code at build time only. Sources and URLs of rates stay out of the bundle, and the
 * book is packed, which takes a tenth of the room.
 */
const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const book = join(root, "src/server/pricing/price-book");
const dist = join(root, "src/sdk/dist");

function bookText() {
  const manifest = JSON.parse(readFileSync(join(book, "book.json"), "utf8"));
  const hash = createHash("sha256");
  const files = manifest.files.map((name) => {
    const text = readFileSync(join(book, name), "utf8");
    hash.update(text);
    return { ...JSON.parse(text), sources: {} };
  });
  return JSON.stringify({ version: `${manifest.version}+${hash.digest("hex").slice(0, 12)}`, files });
}

const packedBook = () => brotliCompressSync(bookText()).toString("base64");

const virtualBook = {
  name: "price-book",
  resolveId: (id) => (id === "virtual:price-book" ? "\0price-book" : null),
  load: (id) => (id === "\0price-book" ? `export default ${JSON.stringify(packedBook())};` : null),
};

await build({
  configFile: false,
  root,
  logLevel: "warn",
  publicDir: false,
  plugins: [virtualBook],
  build: {
    target: "node20",
    outDir: dist,
    emptyOutDir: false,
    minify: true,
    rolldownOptions: { external: /^node:/ },
    lib: { entry: join(here, "entry.ts"), formats: ["es"], fileName: () => "prices.js" },
  },
});
cpSync(join(here, "prices.d.ts"), join(dist, "prices.d.ts"));
