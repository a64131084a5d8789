import { type CustomDecorator, SetMetadata } from "@nestjs/common";

export const IS_PUBLIC = Symbol("IS_PUBLIC");

/** Marks a controller or route that needs no key and no login: health, metrics, page assets, the login itself. */
export function Public(): CustomDecorator<symbol> {
  return SetMetadata(IS_PUBLIC, true);
}
