import { Inject, Injectable } from "@nestjs/common";
import type { EntityManager } from "typeorm";
import { randomText } from "../auth/api-key-format.js";
import type { AuthContext } from "../auth/auth-context.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { PriceAudit } from "../storage/control/entities/price-audit.entity.js";
import { newestFirst, type Page, type PageRequest } from "../storage/control/list-page.js";

/** One change to be remembered. `details` holds settings, never secrets. */
export interface AuditEntry {
  /** Null: it holds for every project. */
  project: string | null;
  action: string;
  subject: string;
  reason?: string | null | undefined;
  details?: Record<string, unknown>;
}

/** Who made a change: a key's id, or `operator`. Never throws. */
export function authorOf(auth: Pick<AuthContext, "keyId">): string {
  return auth.keyId ?? "operator";
}

/** Remembers a change in the transaction that makes it. */
export async function writeAudit(
  manager: EntityManager,
  author: string,
  entry: AuditEntry,
  nowMs: number,
): Promise<void> {
  await manager.getRepository(PriceAudit).insert({
    id: `aud_${randomText(16)}`,
    projectId: entry.project,
    author,
    action: entry.action,
    subject: entry.subject,
    reason: entry.reason ?? "",
    // The driver's insert type does not take records of unknown values.
    details: structuredClone(entry.details ?? {}) as PriceAudit["details"] & object,
    createdAt: new Date(nowMs),
  });
}

/** What was changed, by whom, when and why. */
@Injectable()
export class PriceAuditLog {
  constructor(@Inject(ControlDatabase) private readonly database: ControlDatabase) {}

  /** The project's own entries and those for all projects. */
  list(project: string, page: PageRequest): Promise<Page<PriceAudit>> {
    return this.database.run((manager) => {
      const query = manager
        .getRepository(PriceAudit)
        .createQueryBuilder("entry")
        .where("(entry.projectId = :project OR entry.projectId IS NULL)", { project });
      return newestFirst(query, "createdAt", page);
    });
  }
}
