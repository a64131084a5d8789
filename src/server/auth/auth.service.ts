import { Inject, Injectable } from "@nestjs/common";
import { APP_CONFIG, type AppConfig, CLOCK } from "../config/app-config.js";
import type { Clock } from "../domain/clock.js";
import { AppError } from "../domain/errors.js";
import { apiKeyPrefix, equalSecrets } from "./api-key-format.js";
import { ApiKeyVerifier } from "./api-key-verifier.js";
import { AttemptLimiter } from "./attempt-limiter.js";
import { AUTH_SCOPES, type AuthContext, type AuthScope } from "./auth-context.js";
import { type Credentials, sessionToken, shownSecret } from "./credentials.js";
import { DEFAULT_PROJECT, ProjectDirectory } from "./project-directory.js";
import { SessionsService } from "./sessions.service.js";

/** Decides who sent a request, over HTTP, gRPC or the query facade alike. */
@Injectable()
export class AuthService {
  readonly #limiter = new AttemptLimiter();

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(ApiKeyVerifier) private readonly keys: ApiKeyVerifier,
    @Inject(SessionsService) private readonly sessions: SessionsService,
    @Inject(ProjectDirectory) private readonly projects: ProjectDirectory,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The identity behind the credentials. A shown secret decides alone: a wrong one is refused, in open mode too.
   * Without one: the login session, or in open mode the operator.
   * @throws AppError `unauthenticated`, `forbidden` (a key asks for another project), `not_found` (unknown project),
   * `rate_limited` (too many wrong passwords), `unavailable`.
   */
  async authenticate(credentials: Credentials): Promise<AuthContext> {
    const secret = shownSecret(credentials);
    if (secret !== null) return this.#bySecret(secret, credentials);
    if (this.config.openMode) return this.#operator(credentials.project);
    const token = sessionToken(credentials.cookie);
    if (token !== null && (await this.sessions.isValid(token))) return this.#operator(credentials.project);
    throw new AppError("unauthenticated", "An API key or a login is needed.");
  }

  /** The same, and the identity must have `scope`. @throws AppError as `authenticate`, and `forbidden`. */
  async authorize(credentials: Credentials, scope: AuthScope): Promise<AuthContext> {
    const auth = await this.authenticate(credentials);
    if (!auth.scopes.includes(scope)) {
      throw new AppError("forbidden", `This key lacks the scope "${scope}".`, { scope });
    }
    return auth;
  }

  /**
   * Starts a session and returns its token.
   * @throws AppError `unauthenticated`, `rate_limited`, or `not_found` when no password is set.
   */
  async login(password: string, remoteAddress: string): Promise<string> {
    if (this.config.adminPassword === undefined) {
      throw new AppError("not_found", "No login is needed: no admin password is set.");
    }
    if (!this.#isPassword(password, remoteAddress)) {
      throw new AppError("unauthenticated", "The password is wrong.");
    }
    return this.sessions.create();
  }

  async #bySecret(secret: string, credentials: Credentials): Promise<AuthContext> {
    if (apiKeyPrefix(secret) === null) {
      if (this.#isPassword(secret, credentials.remoteAddress)) return this.#operator(credentials.project);
      throw new AppError("unauthenticated", "The key is not valid.");
    }
    const auth = await this.keys.verify(secret);
    if (auth === null) throw new AppError("unauthenticated", "The key is not valid.");
    if (credentials.project !== undefined && credentials.project !== auth.project) {
      throw new AppError("forbidden", "This key belongs to another project.");
    }
    return auth;
  }

  async #operator(project: string = DEFAULT_PROJECT): Promise<AuthContext> {
    if (!(await this.projects.exists(project))) throw new AppError("not_found", "There is no such project.");
    return { project, scopes: AUTH_SCOPES, keyId: null };
  }

  #isPassword(text: string, remoteAddress: string): boolean {
    const { adminPassword } = this.config;
    if (adminPassword === undefined || text === "") return false;
    const now = this.clock.nowMs();
    const retryAfterSeconds = this.#limiter.waitSeconds(remoteAddress, now);
    if (retryAfterSeconds > 0) {
      throw new AppError("rate_limited", "Too many wrong passwords.", { retryAfterSeconds });
    }
    const isRight = equalSecrets(text, adminPassword);
    if (isRight) this.#limiter.noteSuccess(remoteAddress);
    else this.#limiter.noteFailure(remoteAddress, now);
    return isRight;
  }
}
