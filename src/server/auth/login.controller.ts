import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from "@nestjs/common";
import { z } from "zod";
import { APP_CONFIG, type AppConfig } from "../config/app-config.js";
import { AppError } from "../domain/errors.js";
import type { AuthContext } from "./auth-context.js";
import { type CredentialedRequest, credentialsOf } from "./auth.guard.js";
import { AuthService } from "./auth.service.js";
import { SESSION_COOKIE, sessionToken } from "./credentials.js";
import { Public } from "./public.decorator.js";
import { SESSION_SECONDS, SessionsService } from "./sessions.service.js";

const loginSchema = z.object({ password: z.string().min(1).max(1024) });

interface Reply {
  header(name: string, value: string): unknown;
}

interface LoginRequest extends CredentialedRequest {
  protocol?: string;
}

/** Login of the operator to the page. Public: whoever asks is not known yet. */
@Controller("api/v1")
@Public()
export class LoginController {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(AuthService) private readonly auth: AuthService,
    @Inject(SessionsService) private readonly sessions: SessionsService,
  ) {}

  @Post("login")
  @HttpCode(200)
  async login(
    @Body({ schema: loginSchema }) body: z.infer<typeof loginSchema>,
    @Req() request: LoginRequest,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<{ ok: true }> {
    const token = await this.auth.login(body.password, request.ip ?? "");
    reply.header("set-cookie", cookie(token, SESSION_SECONDS, request));
    return { ok: true };
  }

  @Post("logout")
  @HttpCode(200)
  async logout(
    @Req() request: LoginRequest,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<{ ok: true }> {
    const token = sessionToken(credentialsOf(request).cookie);
    if (token !== null) await this.sessions.end(token);
    reply.header("set-cookie", cookie("", 0, request));
    return { ok: true };
  }

  /** What the page needs to know before it asks for anything: is a login needed, and who is asking. */
  @Get("session")
  async session(@Req() request: CredentialedRequest): Promise<{
    loginRequired: boolean;
    authenticated: boolean;
    project: string | null;
    scopes: readonly string[];
  }> {
    const auth = await this.#identity(request);
    return {
      loginRequired: !this.config.openMode,
      authenticated: auth !== null,
      project: auth?.project ?? null,
      scopes: auth?.scopes ?? [],
    };
  }

  async #identity(request: CredentialedRequest): Promise<AuthContext | null> {
    try {
      return await this.auth.authenticate(credentialsOf(request));
    } catch (error) {
      if (error instanceof AppError && error.code === "unauthenticated") return null;
      throw error;
    }
  }
}

/** `Secure` only behind TLS: on a plain-http LAN the browser would drop the cookie. */
function cookie(token: string, seconds: number, request: LoginRequest): string {
  const isTls = request.protocol === "https" || request.headers["x-forwarded-proto"] === "https";
  const parts = [`${SESSION_COOKIE}=${token}`, "Path=/", "HttpOnly", "SameSite=Lax", `Max-Age=${seconds}`];
  return [...parts, ...(isTls ? ["Secure"] : [])].join("; ");
}
