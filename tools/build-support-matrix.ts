// Writes the support matrix of src/sdk/README.md from the table that the client tests assert; `--check` only compares.
import { readFile, writeFile } from "node:fs/promises";
import { SUPPORTED } from "./support-matrix/clients.js";
import { installedVersion } from "./support-matrix/installed-version.js";
import { renderMatrix, withMatrix } from "./support-matrix/render.js";

const file = new URL("../src/sdk/README.md", import.meta.url);
const written = await readFile(file, "utf8");
const wanted = withMatrix(written, renderMatrix(Object.values(SUPPORTED), installedVersion));
if (written === wanted) console.log("The support matrix is up to date.");
else if (process.argv.includes("--check")) {
  console.error(
    "The support matrix in src/sdk/README.md is out of date: node --import tsx tools/build-support-matrix.ts",
  );
  process.exitCode = 1;
} else {
  await writeFile(file, wanted);
  console.log("Wrote the support matrix to src/sdk/README.md.");
}
