import type { ObjectLiteral, SelectQueryBuilder } from "typeorm";

export interface PagePosition {
  atMs: number;
  id: string;
}

export interface PageRequest {
  /** Rows per page, 1 or more. */
  limit: number;
  /** Last row of the page before, or null for the first page. */
  after: PagePosition | null;
}

export interface Page<Row> {
  rows: Row[];
  /** Where the next page starts after, or null at the end. */
  next: PagePosition | null;
}

/** One page of a query, ordered by the date property `at` and the id, newest first. The query has no order of its own. */
export async function newestFirst<Row extends ObjectLiteral & { id: string }>(
  query: SelectQueryBuilder<Row>,
  at: string & keyof Row,
  { limit, after }: PageRequest,
): Promise<Page<Row>> {
  const { alias } = query;
  if (after !== null) {
    query.andWhere(`(${alias}.${at}, ${alias}.id) < (:afterAt, :afterId)`, {
      afterAt: new Date(after.atMs),
      afterId: after.id,
    });
  }
  const found = await query
    .orderBy(`${alias}.${at}`, "DESC")
    .addOrderBy(`${alias}.id`, "DESC")
    .limit(limit + 1)
    .getMany();
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  return { rows, next: hasMore ? { atMs: (last[at] as Date).getTime(), id: last.id } : null };
}
