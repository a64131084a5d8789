import { type CanActivate, type ExecutionContext, Inject, Injectable } from "@nestjs/common";
import { Reflector } from "@nestjs/core";
import type { AuthScope } from "./auth-context.js";
import type { AuthenticatedRequest } from "./auth.decorator.js";
import { AuthService } from "./auth.service.js";
import type { Credentials } from "./credentials.js";
import { IS_PUBLIC } from "./public.decorator.js";
import { REQUIRED_SCOPE } from "./require-scope.decorator.js";

/** What the guard reads of an HTTP request. */
export interface CredentialedRequest extends AuthenticatedRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  query?: unknown;
  ip?: string;
}

/** Every route: finds the sender, checks the scope, leaves the identity on the request. Routes are closed unless marked. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(AuthService) private readonly auth: AuthService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, targets) === true) return true;
    const scope = this.reflector.getAllAndOverride<AuthScope | undefined>(REQUIRED_SCOPE, targets) ?? "admin";
    const request = context.switchToHttp().getRequest<CredentialedRequest>();
    request.auth = await this.auth.authorize(credentialsOf(request), scope);
    return true;
  }
}

/** Credentials of an HTTP request; the first of repeated headers counts. Never throws. */
export function credentialsOf({ headers, query, ip }: CredentialedRequest): Credentials {
  const one = (value: string | string[] | undefined): string | undefined =>
    typeof value === "string" ? value : value?.[0];
  const project =
    typeof query === "object" && query !== null ? (query as { project?: unknown }).project : undefined;
  return {
    key: one(headers["x-spanledger-key"]),
    authorization: one(headers["authorization"]),
    cookie: one(headers["cookie"]),
    project: typeof project === "string" && project !== "" ? project : undefined,
    remoteAddress: ip ?? "",
  };
}
