import { z } from "zod";
import { AppError } from "../domain/errors.js";

/** Position in a list that is ordered by time and id, newest first. */
export interface ListPosition {
  atMs: number;
  id: string;
}

/** Query parameters of every such list: `limit` 1 to 500 (default 100), `cursor` as a former answer gave it. */
export const listQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().min(1).max(512).optional(),
});

export type ListQuery = z.infer<typeof listQuerySchema>;

const positionSchema = z.tuple([z.number().int(), z.string().min(1).max(200)]);

/** Opaque text for a position, or null for null. */
export function encodeCursor(position: ListPosition | null): string | null {
  if (position === null) return null;
  return Buffer.from(JSON.stringify([position.atMs, position.id]), "utf8").toString("base64url");
}

/**
 * The position of a cursor, or null for none.
 * @throws AppError `invalid_request` when the text is no cursor of ours.
 */
export function decodeCursor(cursor: string | undefined): ListPosition | null {
  if (cursor === undefined) return null;
  const parsed = positionSchema.safeParse(readJson(Buffer.from(cursor, "base64url").toString("utf8")));
  if (!parsed.success) throw new AppError("invalid_request", "The cursor is not valid.");
  const [atMs, id] = parsed.data;
  return { atMs, id };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not ours: the schema refuses it.
    return null;
  }
}
