import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// Nobody can name the types of a file that no entry leads to: its declarations are a tenth of the package's size for nothing.
const sdk = join(dirname(dirname(fileURLToPath(import.meta.url))), "src/sdk");
const { exports } = JSON.parse(readFileSync(join(sdk, "package.json"), "utf8"));
const entries = Object.values(exports).flatMap((entry) =>
  entry.types === undefined ? [] : [join(sdk, entry.types)],
);

const reached = new Set();
const waiting = [...entries];
for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
  if (reached.has(file)) continue;
  if (!existsSync(file)) throw new Error(`${file} is named by the wrapper's entries, but was not built`);
  reached.add(file);
  for (const [, path] of readFileSync(file, "utf8").matchAll(
    /(?:from|import)\s*\(?\s*["'](\.[^"']+)\.js["']/g,
  ))
    waiting.push(join(dirname(file), `${path}.d.ts`));
}

const dist = join(sdk, "dist");
for (const path of readdirSync(dist, { recursive: true })) {
  if (path.endsWith(".d.ts") && !reached.has(join(dist, path))) rmSync(join(dist, path));
}
