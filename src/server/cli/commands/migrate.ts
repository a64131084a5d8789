import { readConfig } from "../../config/app-config.js";
import type { Command } from "../command.js";

export const migrateCommand: Command = {
  name: "migrate",
  summary: "Bring the databases to this version's schema",
  help: `Usage: spanledger migrate

Opens both stores (the data directory, or SPANLEDGER_CLICKHOUSE_URL and SPANLEDGER_POSTGRES_URL), applies what is missing and closes
them. \`start\` does the same by itself; this is for deployments that migrate as a step of its own. A running server holds the data
directory: stop it first.`,
  options: {},
  run: async ({ io, json }) => {
    const config = readConfig(io.env);
    const { openStores } = await import("../../open-stores.js");
    const stores = await openStores(config);
    await stores.close();
    io.out(json ? `${JSON.stringify({ migrated: true })}\n` : "Both stores are on this version's schema.\n");
    return 0;
  },
};
