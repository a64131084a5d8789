import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import { AppError } from "../domain/errors.js";
import type { AuthContext } from "./auth-context.js";

export type { AuthContext } from "./auth-context.js";

/** A request on which the guard has left its finding. */
export interface AuthenticatedRequest {
  auth?: AuthContext;
}

/**
 * Parameter decorator: the `AuthContext` the guard found, e.g. `list(@Auth() auth: AuthContext)`.
 * @throws AppError `unauthenticated` on a public route, which has none.
 */
export const Auth = createParamDecorator((_data: unknown, context: ExecutionContext): AuthContext => {
  const { auth } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (auth === undefined) throw new AppError("unauthenticated", "This request carries no identity.");
  return auth;
});
