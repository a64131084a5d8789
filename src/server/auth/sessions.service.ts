import { createHmac, randomBytes } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { LessThan } from "typeorm";
import { APP_CONFIG, type AppConfig, CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { ControlDatabase } from "../storage/control/control-database.js";
import { Session } from "../storage/control/entities/session.entity.js";
import { equalSecrets, hashSecret } from "./api-key-format.js";

export const SESSION_SECONDS = 14 * 24 * 60 * 60;
const FRESH_MS = 15_000;
const MAX_CACHED = 1_000;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

interface CachedSession {
  isValid: boolean;
  expiresAtMs: number;
  loadedAtMs: number;
}

/** Logins of the operator. Kept in the store, so that logging out and changing the password end them on every replica. */
@Injectable()
export class SessionsService {
  readonly #cache = new Map<string, CachedSession>();

  constructor(
    @Inject(ControlDatabase) private readonly database: ControlDatabase,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Starts a session and returns its token, to be kept in a cookie for `SESSION_SECONDS`. Clears away expired ones. */
  async create(): Promise<string> {
    const token = randomBytes(32).toString("base64url");
    const now = this.clock.nowMs();
    await this.database.run(async (manager) => {
      const sessions = manager.getRepository(Session);
      await sessions.delete({ expiresAt: LessThan(new Date(now)) });
      await sessions.insert({
        tokenHash: hashSecret(token),
        passwordTag: this.#passwordTag(token),
        createdAt: new Date(now),
        expiresAt: new Date(now + SESSION_SECONDS * 1000),
      });
    });
    return token;
  }

  /** Whether a token belongs to a session that is neither expired nor ended. @throws AppError `unavailable` */
  async isValid(token: string): Promise<boolean> {
    if (!TOKEN.test(token)) return false;
    const now = this.clock.nowMs();
    const hash = hashSecret(token);
    const cached = this.#cache.get(hash);
    if (cached !== undefined && now - cached.loadedAtMs < FRESH_MS)
      return cached.isValid && cached.expiresAtMs > now;
    const row = await this.database.run((manager) =>
      manager.getRepository(Session).findOneBy({ tokenHash: hash }),
    );
    const isValid = row !== null && equalSecrets(row.passwordTag, this.#passwordTag(token));
    const expiresAtMs = row?.expiresAt.getTime() ?? 0;
    this.#cache.delete(hash);
    this.#cache.set(hash, { isValid, expiresAtMs, loadedAtMs: now });
    const oldest = this.#cache.keys().next();
    if (this.#cache.size > MAX_CACHED && oldest.done === false) this.#cache.delete(oldest.value);
    return isValid && expiresAtMs > now;
  }

  /** Ends a session. Without effect for an unknown token. */
  async end(token: string): Promise<void> {
    const hash = hashSecret(token);
    await this.database.run((manager) => manager.getRepository(Session).delete({ tokenHash: hash }));
    this.#cache.delete(hash);
  }

  #passwordTag(token: string): string {
    return createHmac("sha256", this.config.adminPassword ?? "")
      .update(token)
      .digest("hex");
  }
}
