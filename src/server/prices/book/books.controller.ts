import { Controller, Get, HttpCode, Inject, Param, Post, Query } from "@nestjs/common";
import { Auth, type AuthContext } from "../../auth/auth.decorator.js";
import { isOperator } from "../../auth/auth-context.js";
import { RequireScope } from "../../auth/require-scope.decorator.js";
import { AppError } from "../../domain/errors.js";
import { decodeCursor, encodeCursor, type ListQuery, listQuerySchema } from "../../http/cursor.js";
import type { PriceBookFile } from "../../storage/control/entities/price-book-file.entity.js";
import { authorOf } from "../price-audit.service.js";
import { BookRefresh, type RefreshResult, shownUrl } from "./book-refresh.service.js";
import { type BookReport, BookStatus } from "./book-status.js";
import { BookStore } from "./book-store.js";

/** The price book: one for all projects, so that only the operator changes it. */
@Controller("api/v1/prices")
@RequireScope("read")
export class BooksController {
  constructor(
    @Inject(BookRefresh) private readonly books: BookRefresh,
    @Inject(BookStatus) private readonly status: BookStatus,
    @Inject(BookStore) private readonly store: BookStore,
  ) {}

  @Get("books")
  async list(
    @Query({ schema: listQuerySchema }) query: ListQuery,
  ): Promise<{ data: object[]; nextCursor: string | null; book: BookReport }> {
    const page = await this.store.list({ limit: query.limit, after: decodeCursor(query.cursor) });
    const book = await this.status.report();
    return { data: page.rows.map(bookResponse), nextCursor: encodeCursor(page.next), book };
  }

  /** Looks for newer books now. */
  @Post("refresh")
  @RequireScope("admin")
  @HttpCode(200)
  async refresh(@Auth() auth: AuthContext): Promise<{ results: RefreshResult[]; book: BookReport }> {
    requireOperator(auth);
    const results = await this.books.refresh(authorOf(auth));
    const shown = results.map((result) => ({ ...result, url: shownUrl(result.url) }));
    return { results: shown, book: await this.status.report() };
  }

  /** Goes back to the book before. */
  @Post("rollback")
  @RequireScope("admin")
  @HttpCode(200)
  async rollBack(@Auth() auth: AuthContext): Promise<{ rolledBack: object; book: BookReport }> {
    requireOperator(auth);
    const row = await this.books.rollBack(authorOf(auth));
    return { rolledBack: bookResponse(row), book: await this.status.report() };
  }

  /** Applies the rates of a book that are held. */
  @Post("books/:id/approve")
  @RequireScope("admin")
  @HttpCode(200)
  async approve(@Auth() auth: AuthContext, @Param("id") id: string): Promise<object> {
    requireOperator(auth);
    return bookResponse(await this.books.approve(id, authorOf(auth)));
  }

  /** Leaves the rates of a book that are held as they were. */
  @Post("books/:id/reject")
  @RequireScope("admin")
  @HttpCode(200)
  async reject(@Auth() auth: AuthContext, @Param("id") id: string): Promise<object> {
    requireOperator(auth);
    return bookResponse(await this.books.reject(id, authorOf(auth)));
  }
}

function requireOperator(auth: AuthContext): void {
  if (!isOperator(auth))
    throw new AppError(
      "forbidden",
      "The price book holds for every project: only the operator can change it.",
    );
}

function bookResponse(row: PriceBookFile): object {
  return {
    id: row.id,
    version: row.version === "" ? null : row.version,
    url: shownUrl(row.url),
    status: row.status,
    signed: row.signed,
    sha256: row.sha256,
    message: row.message === "" ? null : row.message,
    changes: row.changes,
    fetchedAt: row.fetchedAt.toISOString(),
    activatedAt: row.activatedAt?.toISOString() ?? null,
    decidedBy: row.decidedBy,
  };
}
