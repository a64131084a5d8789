import { Alert } from "./entities/alert.entity.js";
import { ApiKey } from "./entities/api-key.entity.js";
import { BudgetClaim } from "./entities/budget-claim.entity.js";
import { Budget } from "./entities/budget.entity.js";
import { Channel } from "./entities/channel.entity.js";
import { ClosedPeriod } from "./entities/closed-period.entity.js";
import { CurrencyRate } from "./entities/currency-rate.entity.js";
import { PriceAdjustment } from "./entities/price-adjustment.entity.js";
import { PriceAudit } from "./entities/price-audit.entity.js";
import { PriceBookFile } from "./entities/price-book-file.entity.js";
import { PriceSchedule } from "./entities/price-schedule.entity.js";
import { EndpointMap } from "./entities/endpoint-map.entity.js";
import { Outbox } from "./entities/outbox.entity.js";
import { PriceOverride } from "./entities/price-override.entity.js";
import { Project } from "./entities/project.entity.js";
import { RepricingUndo } from "./entities/repricing-undo.entity.js";
import { Repricing } from "./entities/repricing.entity.js";
import { Session } from "./entities/session.entity.js";
import { Setting } from "./entities/setting.entity.js";

/** Every table of the control store. Listed by name: globs do not work for sources and build alike. */
export const CONTROL_ENTITIES = [
  Project,
  ApiKey,
  Session,
  Setting,
  Budget,
  BudgetClaim,
  Alert,
  Channel,
  Outbox,
  PriceOverride,
  EndpointMap,
  Repricing,
  RepricingUndo,
  ClosedPeriod,
  CurrencyRate,
  PriceAdjustment,
  PriceAudit,
  PriceBookFile,
  PriceSchedule,
];
