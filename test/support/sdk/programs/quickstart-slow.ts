import { flush } from "../../../../src/sdk/src/index.js";
import "./quickstart.js";

/** As quickstart, and lives long enough for what was refused to be sent again. */
await flush();
await new Promise((done) => setTimeout(done, 1600));
await flush();
