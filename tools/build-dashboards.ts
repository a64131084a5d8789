import { readdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { BOARDS } from "../dashboards/source/index.js";
import { lintBoards } from "./dashboards/lint.js";
import { ALERT_FILE, alertText, boardFile, boardText } from "./dashboards/render.js";

const directory = fileURLToPath(new URL("../dashboards/", import.meta.url));

const problems = lintBoards(BOARDS);
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
const wanted = new Map(BOARDS.map((board) => [boardFile(board), boardText(board)]));
await writeFile(directory + ALERT_FILE, alertText());
const stale = (await readdir(directory)).filter((name) => name.endsWith(".json") && !wanted.has(name));
await Promise.all(stale.map((name) => rm(`${directory}${name}`)));
await Promise.all([...wanted].map(([name, text]) => writeFile(`${directory}${name}`, text)));
console.log(
  `dashboards: wrote ${wanted.size} boards${stale.length > 0 ? `, removed ${stale.join(", ")}` : ""}`,
);
