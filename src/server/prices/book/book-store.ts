import { Inject, Injectable } from "@nestjs/common";
import { type EntityManager, In } from "typeorm";
import { randomText } from "../../auth/api-key-format.js";
import { CLOCK } from "../../config/app-config.js";
import type { Clock } from "../../domain/clock.js";
import { AppError } from "../../domain/errors.js";
import { ControlDatabase } from "../../storage/control/control-database.js";
import {
  PriceBookFile,
  type PriceBookStatus,
} from "../../storage/control/entities/price-book-file.entity.js";
import { newestFirst, type Page, type PageRequest } from "../../storage/control/list-page.js";
import { writeAudit } from "../price-audit.service.js";

const IN_FORCE: PriceBookStatus[] = ["active", "held"];
/** Books per URL that are kept, beside those in force. */
const KEPT = 20;
/** Any fixed number: replicas that refresh at once take turns. */
const REFRESH_LOCK = 727_465_002;

export type NewBookRow = Omit<PriceBookFile, "id" | "fetchedAt" | "activatedAt" | "decidedBy">;

/** Books that were read, and which of them are in force. */
@Injectable()
export class BookStore {
  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  list(page: PageRequest): Promise<Page<PriceBookFile>> {
    return this.database.run((manager) =>
      newestFirst(manager.getRepository(PriceBookFile).createQueryBuilder("book"), "fetchedAt", page),
    );
  }

  /** The book that was read last from a URL, whatever became of it. */
  latest(url: string): Promise<PriceBookFile | null> {
    return this.#first({ url });
  }

  find(url: string, sha256: string): Promise<PriceBookFile | null> {
    return this.#first({ url, sha256 });
  }

  /** Version of the book of a URL that is in force, or null. */
  async latestVersion(url: string): Promise<string | null> {
    const where = { url, status: In(IN_FORCE) };
    const row = await this.database.run((manager) => manager.getRepository(PriceBookFile).findOneBy(where));
    return row?.version ?? null;
  }

  /** Books whose rates wait for a decision, and how many rates that is. */
  async heldRates(): Promise<number> {
    const rows: { held: string }[] = await this.database.run((manager) =>
      manager.query(
        "SELECT coalesce(sum(jsonb_array_length(changes->'heldRates')), 0) AS held FROM price_book_file WHERE status = 'held'",
      ),
    );
    return Number.parseInt(String(rows[0]?.held ?? 0), 10);
  }

  /** @throws AppError `not_found` */
  async get(id: string): Promise<PriceBookFile> {
    const row = await this.#first({ id });
    if (row === null) throw new AppError("not_found", "There is no such price book.");
    return row;
  }

  /** Remembers a book that was refused; the same bytes are remembered once. */
  async refuse(row: NewBookRow): Promise<PriceBookFile> {
    return this.#locked(async (manager) => {
      await manager
        .getRepository(PriceBookFile)
        .delete({ url: row.url, sha256: row.sha256, status: "refused" });
      return this.#insert(manager, row, null, null);
    });
  }

  /** Puts a book in force in place of the one before from the same URL; in one step. */
  async activate(row: NewBookRow, author: string): Promise<PriceBookFile> {
    return this.#locked(async (manager) => {
      const books = manager.getRepository(PriceBookFile);
      const other = await books.findOneBy({ url: row.url, sha256: row.sha256, status: In(IN_FORCE) });
      if (other !== null) return other;
      await books.delete({ url: row.url, sha256: row.sha256, status: "refused" });
      await books.update({ url: row.url, status: In(IN_FORCE) }, { status: "previous" });
      const now = new Date(this.clock.nowMs());
      const stored = await this.#insert(manager, row, now, null);
      const details = { version: row.version, sha256: row.sha256 };
      await writeAudit(
        manager,
        author,
        { project: null, action: "book.activate", subject: stored.id, details },
        now.getTime(),
      );
      await prune(manager, row.url);
      return stored;
    });
  }

  /** Ends the waiting of held rates. @throws AppError `conflict` when nothing waits any more */
  async decide(
    id: string,
    action: "book.approve" | "book.reject",
    change: Pick<PriceBookFile, "changes" | "resolved" | "message">,
    author: string,
  ): Promise<void> {
    await this.#locked(async (manager) => {
      const now = new Date(this.clock.nowMs());
      const books = manager.getRepository(PriceBookFile);
      const row = await books.findOneBy({ id, status: "held" });
      if (row === null) throw new AppError("conflict", "No rate of this book waits for a decision.");
      const decided = Object.assign(row, change, { status: "active", decidedBy: author, activatedAt: now });
      await books.save(decided, { reload: false });
      await writeAudit(
        manager,
        author,
        { project: null, action, subject: id, details: change.changes },
        now.getTime(),
      );
    });
  }

  /** Takes the last activation back: the book before from the same URL holds again. @throws AppError `conflict` when there is none */
  async rollBack(urls: readonly string[], author: string): Promise<PriceBookFile> {
    return this.#locked(async (manager) => {
      const books = manager.getRepository(PriceBookFile);
      const order = { activatedAt: "DESC", id: "DESC" } as const;
      const current = await books.findOne({ where: { url: In([...urls]), status: In(IN_FORCE) }, order });
      if (current === null)
        throw new AppError(
          "conflict",
          "The bundled price book is in force: there is nothing to go back from.",
        );
      const before = await books.findOne({ where: { url: current.url, status: "previous" }, order });
      const now = new Date(this.clock.nowMs());
      await books.update({ id: current.id }, { status: "rolled_back", decidedBy: author });
      if (before !== null) await books.update({ id: before.id }, { status: "active", activatedAt: now });
      const details = { from: current.version, to: before?.version ?? "bundled" };
      await writeAudit(
        manager,
        author,
        { project: null, action: "book.rollback", subject: current.id, details },
        now.getTime(),
      );
      return current;
    });
  }

  #first(where: Partial<Pick<PriceBookFile, "id" | "url" | "sha256">>): Promise<PriceBookFile | null> {
    const order = { fetchedAt: "DESC", id: "DESC" } as const;
    return this.database.run((manager) => manager.getRepository(PriceBookFile).findOne({ where, order }));
  }

  #locked<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.database.transaction(async (manager) => {
      await manager.query("SELECT pg_advisory_xact_lock($1)", [REFRESH_LOCK]);
      return work(manager);
    });
  }

  async #insert(
    manager: EntityManager,
    row: NewBookRow,
    activatedAt: Date | null,
    decidedBy: string | null,
  ): Promise<PriceBookFile> {
    const fetchedAt = new Date(this.clock.nowMs());
    const stored: PriceBookFile = { ...row, id: `bok_${randomText(16)}`, fetchedAt, activatedAt, decidedBy };
    await manager.getRepository(PriceBookFile).save(stored, { reload: false });
    return stored;
  }
}

async function prune(manager: EntityManager, url: string): Promise<void> {
  await manager.query(
    `DELETE FROM price_book_file WHERE url = $1 AND status NOT IN ('active', 'held') AND id NOT IN (
  SELECT id FROM price_book_file WHERE url = $1 ORDER BY fetched_at DESC, id DESC LIMIT $2)`,
    [url, KEPT],
  );
}
