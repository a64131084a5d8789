import { describe, expect, it } from "@jest/globals";
import { BadRequestException, NotFoundException } from "@nestjs/common";
import { AppError, type ErrorCode, OverloadedError } from "../domain/errors.js";
import { decodeCursor, encodeCursor } from "./cursor.js";
import { errorAnswer } from "./error-body.js";
import { HTTP_STATUS } from "./error-status.js";
import { requestIdFor } from "./request-id.js";

describe("errorAnswer", () => {
  it.each(Object.entries(HTTP_STATUS))("%s is answered with %i", (code, status) => {
    const answer = errorAnswer(new AppError(code as ErrorCode, "words", { a: 1 }), "id");
    expect(answer).toMatchObject({
      status,
      unexpected: code === "internal",
      body: { error: { code, message: "words", details: { a: 1 }, requestId: "id" } },
    });
  });

  it("tells when to come back", () => {
    expect(errorAnswer(new OverloadedError("full", 3), "id").retryAfterSeconds).toBe(3);
    expect(
      errorAnswer(new AppError("rate_limited", "slow", { retryAfterSeconds: 9 }), "id").retryAfterSeconds,
    ).toBe(9);
    expect(errorAnswer(new AppError("not_found", "no"), "id").retryAfterSeconds).toBeNull();
  });

  it.each([
    ["an error", new Error("prompt: secret")],
    ["text", "prompt: secret"],
    ["nothing", undefined],
    ["a framework's 500", Object.assign(new Error("prompt: secret"), { statusCode: 500 })],
  ])("hides %s of unknown kind", (_, error) => {
    const answer = errorAnswer(error, "id");
    expect(answer).toMatchObject({ status: 500, unexpected: true, body: { error: { code: "internal" } } });
    expect(JSON.stringify(answer)).not.toContain("secret");
  });

  it("keeps a framework's status, lists problems, and never quotes a broken body", () => {
    expect(errorAnswer(new NotFoundException("Cannot GET /x"), "id").body.error.code).toBe("not_found");
    const invalid = errorAnswer(new BadRequestException(["name: too short", "limit: missing"]), "id");
    expect(invalid.body.error.details).toEqual({ problems: ["name: too short", "limit: missing"] });
    const broken = errorAnswer(
      new BadRequestException('Unexpected token s, "secret" is not valid JSON'),
      "id",
    );
    expect(broken.body.error.message).toBe("The body is not valid JSON.");
    const large = Object.assign(new Error("Request body is too large"), { statusCode: 413 });
    expect(errorAnswer(large, "id").body.error.code).toBe("payload_too_large");
  });
});

describe("request ids and cursors", () => {
  it("takes plain ids and makes its own otherwise", () => {
    const idFor = (id: string | undefined): string => requestIdFor({ headers: { "x-request-id": id } });
    expect(idFor("abc-1.2_3")).toBe("abc-1.2_3");
    for (const id of [undefined, "", "a b", "x".repeat(65), "a\nb"])
      expect(idFor(id)).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("round-trips positions and refuses anything else", () => {
    const position = { atMs: 1_795_594_475_462, id: "bud_x" };
    expect(decodeCursor(encodeCursor(position) ?? undefined)).toEqual(position);
    expect([encodeCursor(null), decodeCursor(undefined)]).toEqual([null, null]);
    for (const text of ["nonsense", "", "W10", Buffer.from('["x","y"]').toString("base64url")]) {
      expect(() => decodeCursor(text)).toThrow("cursor");
    }
  });
});
