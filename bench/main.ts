import { benchBoards } from "./boards.bench.js";
import { benchDecoder } from "./decoder.bench.js";
import { benchIngest } from "./ingest.bench.js";
import { benchPricing } from "./pricing.bench.js";
import { benchWrapper } from "./wrapper.bench.js";

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  decoder: benchDecoder,
  pricing: benchPricing,
  wrapper: benchWrapper,
  ingest: benchIngest,
  boards: benchBoards,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => BENCHES[name] === undefined);
if (unknown.length > 0) {
  console.error(`unknown bench: ${unknown.join(", ")}; there are: ${Object.keys(BENCHES).join(", ")}`);
  process.exitCode = 1;
} else {
  console.log(`Node ${process.version}, ${process.platform} ${process.arch}. Ratios are from this run only.`);
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (wanted.length === 0 || wanted.includes(name)) await bench();
  }
}
