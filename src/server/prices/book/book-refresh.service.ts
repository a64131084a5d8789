import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from "@nestjs/common";
import type { Dispatcher } from "undici";
import { APP_CONFIG, type AppConfig, CLOCK } from "../../config/app-config.js";
import type { BookSource } from "../../config/price-book-source.js";
import type { Clock } from "../../domain/clock.js";
import { AppError } from "../../domain/errors.js";
import { AddressPolicy } from "../../outbound/address-policy.js";
import { guardedDispatcher } from "../../outbound/outbound-guard.js";
import type { PriceBookFile } from "../../storage/control/entities/price-book-file.entity.js";
import { AutomaticRepricing } from "../automatic-repricing.js";
import { OperatorPrices } from "../operator-prices.js";
import { ActiveBook, overlaid, packed, unpacked } from "./active-book.js";
import { compareVersions, digestOf, MAX_BOOK_BYTES, parseBookDocument } from "./book-document.js";
import { requireSignature } from "./book-signature.js";
import { BookStore, type NewBookRow } from "./book-store.js";
import { type BookChanges, type EvaluatedBook, evaluateBook } from "./evaluate-book.js";
import { fetchBook, type FetchedBook, fetchSignature } from "./fetch-book.js";

/** What became of one URL. */
export interface RefreshResult {
  url: string;
  status: "applied" | "held" | "unchanged" | "refused" | "failed";
  message: string | null;
  book: string | null;
}

/** How refreshing goes, since the process started. */
export interface RefreshState {
  lastCheckAtMs: number | null;
  lastSuccessAtMs: number | null;
  lastError: string | null;
  failures: number;
}

const REFRESH_MS = 6 * 3_600_000;
/** Replicas that start together do not ask together: up to a tenth earlier or later. */
const JITTER_MS = REFRESH_MS / 10;

/** Looks for newer price books. Whatever happens here, the active book stays usable. */
@Injectable()
export class BookRefresh implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  readonly state: RefreshState = { lastCheckAtMs: null, lastSuccessAtMs: null, lastError: null, failures: 0 };
  readonly #logger = new Logger("PriceBook");
  readonly #dispatcher: Dispatcher;
  readonly #publisherKey: string | undefined;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    @Inject(ActiveBook) private readonly active: ActiveBook,
    @Inject(BookStore) private readonly store: BookStore,
    @Inject(OperatorPrices) private readonly prices: OperatorPrices,
    @Inject(AutomaticRepricing) private readonly repricing: AutomaticRepricing,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.#publisherKey = config.priceBookKey;
    const limits = { maxResponseSize: MAX_BOOK_BYTES + 1, bodyTimeout: 30_000 };
    this.#dispatcher = guardedDispatcher(new AddressPolicy(config.webhookAllow), undefined, limits);
  }

  onApplicationBootstrap(): void {
    if (this.active.sources.length > 0) void this.#onTimer();
  }

  onModuleDestroy(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#stop.abort();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#turn;
    await this.#dispatcher.destroy();
  }

  /** Reads every URL in order. Never throws: what fails is in the results. */
  refresh(author: string): Promise<RefreshResult[]> {
    const next = this.#turn.then(() => this.#refreshAll(author));
    this.#turn = next;
    return next;
  }

  /** Applies the held rates of a book. @throws AppError `not_found`, `conflict`, `invalid_request` */
  async approve(id: string, author: string): Promise<PriceBookFile> {
    const row = await this.store.get(id);
    const source = this.active.sources.find(({ url }) => url === row.url);
    if (row.status !== "held" || row.document === null || source === undefined)
      throw new AppError("conflict", "No rate of this book waits for a decision.");
    await this.prices.reload();
    const document = parseBookDocument(await unpacked(row.document));
    const readAtMs = source.trust.kind === "unsigned" ? row.fetchedAt.getTime() : null;
    const options = { readAtMs, nowMs: this.clock.nowMs(), approved: true };
    const { resolved } = evaluateBook(this.active.baseOf(row.url), document.files, options);
    const files = overlaid(this.active.ownPart(row.url), resolved);
    this.active.requireComposable(row.url, row.version, files);
    const { heldRates, ...known } = row.changes as unknown as BookChanges;
    const changes = { ...known, changedRates: known.changedRates + heldRates.length, heldRates: [] };
    const stored = await packed(JSON.stringify(files));
    await this.store.decide(id, "book.approve", { changes, resolved: stored, message: "" }, author);
    await this.prices.reload();
    return this.store.get(id);
  }

  /** Leaves the held rates of a book as they were. @throws AppError `not_found`, `conflict` */
  async reject(id: string, author: string): Promise<PriceBookFile> {
    const row = await this.store.get(id);
    const { heldRates, ...known } = row.changes as unknown as BookChanges;
    const changes = { ...known, heldRates: [], rejectedRates: heldRates };
    await this.store.decide(id, "book.reject", { changes, resolved: row.resolved, message: "" }, author);
    await this.prices.reload();
    return this.store.get(id);
  }

  /** Goes back to the book before. @throws AppError `conflict` when the bundled one is in force */
  async rollBack(author: string): Promise<PriceBookFile> {
    const row = await this.store.rollBack(
      this.active.sources.map(({ url }) => url),
      author,
    );
    await this.prices.reload();
    return row;
  }

  async #onTimer(): Promise<void> {
    await this.refresh("refresh");
    if (this.#stop.signal.aborted) return;
    const pause = REFRESH_MS - JITTER_MS + 2 * JITTER_MS * Math.random();
    this.#timer = setTimeout(() => void this.#onTimer(), pause);
    this.#timer.unref();
  }

  async #refreshAll(author: string): Promise<RefreshResult[]> {
    const results: RefreshResult[] = [];
    for (const source of this.active.sources) {
      if (this.#stop.signal.aborted) break;
      results.push(await this.#refreshOne(source, author));
    }
    this.state.lastCheckAtMs = this.clock.nowMs();
    const bad = results.filter(({ status }) => status === "failed" || status === "refused");
    if (bad.length === 0) this.state.lastSuccessAtMs = this.clock.nowMs();
    this.state.lastError = bad[0] === undefined ? null : `${shownUrl(bad[0].url)}: ${bad[0].message}`;
    this.state.failures += bad.length;
    return results;
  }

  async #refreshOne(source: BookSource, author: string): Promise<RefreshResult> {
    const { url } = source;
    try {
      const latest = await this.store.latest(url);
      const etag = latest === null || latest.status === "refused" ? null : latest.etag;
      const fetched = await fetchBook(url, etag, this.#dispatcher, this.#stop.signal);
      if (fetched === null) return { url, status: "unchanged", message: null, book: latest?.id ?? null };
      const known = await this.store.find(url, digestOf(fetched.bytes));
      if (known !== null && known.status !== "refused")
        return { url, status: "unchanged", message: `known already: ${known.status}`, book: known.id };
      return await this.#take(source, fetched, author);
    } catch (error) {
      const message = error instanceof AppError ? error.message : "unknown reason";
      if (!this.#stop.signal.aborted)
        this.#logger.warn(`${shownUrl(url)}: ${message} The active price book stays.`);
      return { url, status: "failed", message, book: null };
    }
  }

  async #take(source: BookSource, fetched: FetchedBook, author: string): Promise<RefreshResult> {
    const { url } = source;
    const common = {
      url,
      sha256: digestOf(fetched.bytes),
      etag: fetched.etag,
      signed: source.trust.kind !== "unsigned",
    };
    try {
      const { version, evaluated } = await this.#examine(source, fetched.bytes);
      if (evaluated === null)
        return {
          url,
          status: "unchanged",
          message: `${version} is not newer than the bundled book`,
          book: null,
        };
      const held = evaluated.changes.heldRates.length;
      const message = held === 0 ? "" : `${held} rates move by more than 30 % and wait for approval`;
      const row: NewBookRow = {
        ...common,
        version,
        status: held === 0 ? "active" : "held",
        message,
        changes: { ...evaluated.changes },
        document: await packed(fetched.bytes),
        resolved: await packed(JSON.stringify(overlaid(this.active.ownPart(url), evaluated.resolved))),
      };
      const stored = await this.store.activate(row, author);
      await this.prices.reload();
      this.#logger.log(
        `${shownUrl(url)}: price book ${version} is in force${message === "" ? "" : `; ${message}`}`,
      );
      const { addedModels, addedRates } = evaluated.changes;
      if (addedModels + addedRates > 0) await this.repricing.afterBook(stored.id, author);
      return { url, status: held === 0 ? "applied" : "held", message: message || null, book: stored.id };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "invalid_request") throw error;
      const empty = { version: "", changes: {}, document: null, resolved: null };
      const stored = await this.store.refuse({
        ...common,
        ...empty,
        status: "refused",
        message: error.message,
      });
      this.#logger.warn(
        `${shownUrl(url)}: the price book is refused: ${error.message} The active price book stays.`,
      );
      return { url, status: "refused", message: error.message, book: stored.id };
    }
  }

  /** @throws AppError `invalid_request` for what must not come into force, `unavailable` when the signature cannot be read */
  async #examine(
    source: BookSource,
    bytes: Uint8Array,
  ): Promise<{ version: string; evaluated: EvaluatedBook | null }> {
    const { url, trust } = source;
    if (trust.kind !== "unsigned") {
      const key = trust.kind === "key" ? trust.publicKey : this.#publisherKey;
      if (key === undefined)
        throw new AppError(
          "invalid_request",
          "No key says who may publish this book: set SPANLEDGER_PRICE_BOOK_KEY, or end the URL in #key=<base64> or #unsigned.",
        );
      requireSignature(bytes, await this.#signatureOf(url), key);
    }
    const { version, files } = parseBookDocument(bytes);
    const bundled = this.active.bundledFiles().version;
    if (trust.kind === "publisher" && compareVersions(version, bundled) <= 0)
      return { version, evaluated: null };
    const current = await this.store.latestVersion(url);
    if (current !== null && compareVersions(version, current) < 0)
      throw new AppError(
        "invalid_request",
        `The book is older (${version}) than the one read before (${current}).`,
      );
    await this.prices.reload();
    const readAtMs = trust.kind === "unsigned" ? this.clock.nowMs() : null;
    const options = { readAtMs, nowMs: this.clock.nowMs(), approved: false };
    const evaluated = evaluateBook(this.active.baseOf(url), files, options);
    this.active.requireComposable(url, version, overlaid(this.active.ownPart(url), evaluated.resolved));
    return { version, evaluated };
  }

  async #signatureOf(url: string): Promise<string> {
    try {
      return await fetchSignature(url, this.#dispatcher, this.#stop.signal);
    } catch (error) {
      if (!(error instanceof AppError) || this.#stop.signal.aborted) throw error;
      throw new AppError(
        "invalid_request",
        `There is no signature that could be read: ${error.message}`,
        {},
        { cause: error },
      );
    }
  }
}

/** A URL without its query, which may hold a secret. Never throws. */
export function shownUrl(url: string): string {
  return url.replace(/\?.*$/s, "");
}
