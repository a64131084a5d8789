import { type CustomDecorator, SetMetadata } from "@nestjs/common";
import type { AuthScope } from "./auth-context.js";

export const REQUIRED_SCOPE = Symbol("REQUIRED_SCOPE");

/** The scope a controller or route needs; the route's own decorator wins. A route without one, and not public, needs `admin`. */
export function RequireScope(scope: AuthScope): CustomDecorator<symbol> {
  return SetMetadata(REQUIRED_SCOPE, scope);
}
