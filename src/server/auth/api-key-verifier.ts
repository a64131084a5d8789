import { Inject, Injectable, Logger } from "@nestjs/common";
import { IsNull } from "typeorm";
import { CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { ApiKey } from "../storage/control/entities/api-key.entity.js";
import { apiKeyPrefix, equalSecrets, hashSecret } from "./api-key-format.js";
import type { AuthContext } from "./auth-context.js";

const FRESH_MS = 15_000;
const UNKNOWN_FRESH_MS = 3_000;
/** While the control store is away, known keys keep working this long. */
const STALE_MS = 10 * 60_000;
const MAX_ENTRIES = 10_000;
const LAST_USED_STEP_MS = 60 * 60_000;

interface KnownKey {
  hash: string;
  context: AuthContext;
}

interface Entry {
  known: KnownKey | null;
  loadedAtMs: number;
  refreshing: boolean;
  lastUsedWrittenMs: number;
}

/**
 * Finds the project and scopes of a key. Known keys are answered from memory and refreshed behind the request, so that
 * ingest does not wait for the control store; a revocation is seen at once in this process, and within 15 seconds in others.
 */
@Injectable()
export class ApiKeyVerifier {
  readonly #entries = new Map<string, Entry>();
  readonly #logger = new Logger("Auth");

  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The identity of a key, or null when it is malformed, unknown, revoked or wrong.
   * @throws AppError `unavailable` when the key was never seen and the control store does not answer.
   */
  async verify(key: string): Promise<AuthContext | null> {
    const prefix = apiKeyPrefix(key);
    if (prefix === null) return null;
    const entry = this.#usable(prefix) ?? (await this.#load(prefix));
    const { known } = entry;
    if (known === null || !equalSecrets(known.hash, hashSecret(key))) return null;
    this.#noteUse(entry, known);
    return known.context;
  }

  /** Forgets what is cached of a key. Call it after the key changed. */
  invalidate(prefix: string): void {
    this.#entries.delete(prefix);
  }

  #usable(prefix: string): Entry | null {
    const entry = this.#entries.get(prefix);
    if (entry === undefined) return null;
    const age = this.clock.nowMs() - entry.loadedAtMs;
    if (age < (entry.known === null ? UNKNOWN_FRESH_MS : FRESH_MS)) return entry;
    if (entry.known === null || age > STALE_MS) return null;
    this.#refresh(prefix, entry);
    return entry;
  }

  #refresh(prefix: string, entry: Entry): void {
    if (entry.refreshing) return;
    entry.refreshing = true;
    this.#load(prefix).catch(() => {
      // The stale entry stays in use until it is too old; then the failure reaches the caller.
      entry.refreshing = false;
      this.#logger.warn("Keys cannot be refreshed: the control store does not answer.");
    });
  }

  async #load(prefix: string): Promise<Entry> {
    const previous = this.#entries.get(prefix);
    const row = await this.database.run((manager) =>
      manager.getRepository(ApiKey).findOneBy({ prefix, revokedAt: IsNull() }),
    );
    const entry: Entry = {
      known:
        row === null
          ? null
          : { hash: row.secretHash, context: { project: row.projectId, scopes: row.scopes, keyId: row.id } },
      loadedAtMs: this.clock.nowMs(),
      refreshing: false,
      lastUsedWrittenMs: previous?.lastUsedWrittenMs ?? row?.lastUsedAt?.getTime() ?? 0,
    };
    this.#remember(prefix, entry);
    return entry;
  }

  #remember(prefix: string, entry: Entry): void {
    this.#entries.delete(prefix);
    this.#entries.set(prefix, entry);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > MAX_ENTRIES && oldest.done === false) this.#entries.delete(oldest.value);
  }

  #noteUse(entry: Entry, known: KnownKey): void {
    const now = this.clock.nowMs();
    const id = known.context.keyId;
    if (id === null || now - entry.lastUsedWrittenMs < LAST_USED_STEP_MS) return;
    entry.lastUsedWrittenMs = now;
    const at = new Date(now);
    this.database
      .repository(ApiKey)
      .update({ id }, { lastUsedAt: at })
      .catch(() => {
        // Only a hint for the operator; the next hour writes it again.
        entry.lastUsedWrittenMs = 0;
      });
  }
}
