import type { Command } from "./command.js";
import { budgetsCommand } from "./commands/budgets.js";
import { currenciesCommand } from "./commands/currencies.js";
import { demoCommand } from "./commands/demo.js";
import { doctorCommand } from "./commands/doctor.js";
import { endpointsCommand } from "./commands/endpoints.js";
import { exportCommand } from "./commands/export.js";
import { grafanaCommand } from "./commands/grafana.js";
import { importCommand } from "./commands/import.js";
import { keysCommand } from "./commands/keys.js";
import { migrateCommand } from "./commands/migrate.js";
import { priceCommand } from "./commands/price.js";
import { reportCommand } from "./commands/report.js";
import { overridesCommand } from "./commands/overrides.js";
import { periodsCommand } from "./commands/periods.js";
import { pricesCommand } from "./commands/prices.js";
import { unpricedCommand } from "./commands/unpriced.js";
import { repriceCommand } from "./commands/reprice.js";
import { startCommand } from "./commands/start.js";

/** Every command, in the order of `spanledger --help`. */
export const commands: readonly Command[] = [
  startCommand,
  demoCommand,
  reportCommand,
  priceCommand,
  budgetsCommand,
  keysCommand,
  exportCommand,
  importCommand,
  repriceCommand,
  unpricedCommand,
  overridesCommand,
  endpointsCommand,
  currenciesCommand,
  pricesCommand,
  periodsCommand,
  grafanaCommand,
  doctorCommand,
  migrateCommand,
];
