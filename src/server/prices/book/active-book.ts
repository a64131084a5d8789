import { promisify } from "node:util";
import { createHash } from "node:crypto";
import { gunzip, gzip } from "node:zlib";
import { Inject, Injectable } from "@nestjs/common";
import { In } from "typeorm";
import { APP_CONFIG, type AppConfig } from "../../config/app-config.js";
import { type BookSource, parseBookSource } from "../../config/price-book-source.js";
import { PRICING_CONTEXT, PricingContextHolder } from "../../ingest/pricing-context.js";
import { type BookFiles, readBundledFiles } from "../../pricing/load-book.js";
import type { PriceBook } from "../../pricing/price-book.js";
import type { PriceFile } from "../../pricing/price-book.schema.js";
import { ControlDatabase } from "../../storage/control/control-database.js";
import { PriceBookFile } from "../../storage/control/entities/price-book-file.entity.js";
import { compareVersions, compiled, MAX_BOOK_BYTES } from "./book-document.js";
import { mergeBook } from "./merge-book.js";

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** Bytes of a book, as they are stored. */
export function packed(value: string | Uint8Array): Promise<Buffer> {
  return compress(value, { level: 6 });
}

/** What `packed` stored. @throws when it is larger than any book of ours can be */
export function unpacked(bytes: Buffer): Promise<Buffer> {
  return expand(bytes, { maxOutputLength: 8 * MAX_BOOK_BYTES });
}

/** A refreshed book that takes part, in the order of the configured URLs. */
export interface ActivePart {
  id: string;
  url: string;
  version: string;
  files: PriceFile[];
}

/** A book laid over nothing held back, as it says. */
export function overlaid(base: readonly PriceFile[], addition: readonly PriceFile[]): PriceFile[] {
  return mergeBook(base, addition, { readAtMs: null, held: new Set(), nowMs: 0 }).files;
}

/** The price book in force: the bundled one with the refreshed ones laid over it in the order of their URLs. */
@Injectable()
export class ActiveBook {
  readonly sources: readonly BookSource[];
  #book: PriceBook;
  readonly #bundled: PriceBook;
  #bundledFiles: BookFiles | null = null;
  #parts: readonly ActivePart[] = [];
  #key = "";

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(PRICING_CONTEXT) holder: PricingContextHolder,
  ) {
    this.#bundled = holder.current().book;
    this.#book = this.#bundled;
    this.sources = config.priceBookUrls.flatMap((entry) => {
      const source = parseBookSource(entry);
      return "problem" in source ? [] : [source];
    });
  }

  get book(): PriceBook {
    return this.#book;
  }

  /** Whether any refreshed book takes part. */
  get isRefreshed(): boolean {
    return this.#parts.length > 0;
  }

  /** `YYYY.MM.DD-n` of the newest book that takes part. */
  get version(): string {
    return newest([this.#bundled.version, ...this.#parts.map(({ version }) => version)]);
  }

  bundledFiles(): BookFiles {
    return (this.#bundledFiles ??= readBundledFiles());
  }

  /** Reads which books are active and swaps the whole book when others are. @throws AppError `unavailable`; the old one stays then. */
  async load(): Promise<void> {
    if (this.sources.length === 0) return;
    const repository = this.database.repository(PriceBookFile);
    const where = { url: In(this.sources.map(({ url }) => url)), status: In(["active", "held"]) };
    const rows = await this.database.run(() =>
      repository.find({ select: { id: true, url: true, version: true, activatedAt: true }, where }),
    );
    const taking = rows.filter((row) => this.#takesPart(row));
    const key = taking
      .map(({ id, activatedAt }) => `${id} ${activatedAt?.getTime()}`)
      .toSorted()
      .join();
    if (key === this.#key) return;
    const parts = await Promise.all(taking.map(({ id }) => this.#partOf(id)));
    const inOrder = this.sources.flatMap(({ url }) => parts.filter((part) => part.url === url));
    this.#book = inOrder.length === 0 ? this.#bundled : this.compose(inOrder).book;
    this.#parts = inOrder;
    this.#key = key;
  }

  /** What a book from a URL is laid over: the bundled one, and the active ones up to this URL, its own included. */
  baseOf(url: string): PriceFile[] {
    const last = this.sources.findIndex((source) => source.url === url);
    const before = new Set(this.sources.slice(0, last + 1).map((source) => source.url));
    const { files } = this.bundledFiles();
    return this.#parts
      .filter((part) => before.has(part.url))
      .reduce<PriceFile[]>((base, part) => overlaid(base, part.files), files);
  }

  /** What a URL contributes now; empty when nothing. */
  ownPart(url: string): PriceFile[] {
    return this.#parts.find((part) => part.url === url)?.files ?? [];
  }

  /** The book as it would be with another contribution of a URL. @throws AppError `invalid_request` when the whole contradicts itself */
  requireComposable(url: string, version: string, files: PriceFile[]): void {
    const parts = this.sources.flatMap((source): ActivePart[] => {
      if (source.url === url) return [{ id: "", url, version, files }];
      return this.#parts.filter((part) => part.url === source.url);
    });
    this.compose(parts);
  }

  private compose(parts: readonly ActivePart[]): { book: PriceBook } {
    const bundled = this.bundledFiles();
    const files = parts.reduce<PriceFile[]>((base, part) => overlaid(base, part.files), bundled.files);
    const version = newest([bundled.version, ...parts.map((part) => part.version)]);
    const digest = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 12);
    return { book: compiled(`${version}+${digest}`, files) };
  }

  /** A newer package brings a newer book: what was downloaded before that has had its time. Books of other keys are the operator's word. */
  #takesPart({ url, version }: Pick<PriceBookFile, "url" | "version">): boolean {
    const source = this.sources.find((candidate) => candidate.url === url);
    return source?.trust.kind !== "publisher" || compareVersions(version, this.#bundled.version) > 0;
  }

  async #partOf(id: string): Promise<ActivePart> {
    const row = await this.database.run((manager) =>
      manager.getRepository(PriceBookFile).findOneByOrFail({ id }),
    );
    const text = row.resolved === null ? "[]" : (await unpacked(row.resolved)).toString("utf8");
    return { id, url: row.url, version: row.version, files: JSON.parse(text) as PriceFile[] };
  }
}

function newest(versions: readonly string[]): string {
  const plain = versions.map((version) => version.split("+")[0] ?? "");
  return plain.toSorted(compareVersions).at(-1) ?? "";
}
