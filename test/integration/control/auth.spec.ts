import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { Controller, Get, Module, Post } from "@nestjs/common";
import { Auth, type AuthContext } from "../../../src/server/auth/auth.decorator.js";
import { Public } from "../../../src/server/auth/public.decorator.js";
import { RequireScope } from "../../../src/server/auth/require-scope.decorator.js";
import type { ErrorBody } from "../../../src/server/http/error-body.js";
import { ProjectsModule } from "../../../src/server/projects/projects.module.js";
import type { ControlDatabase } from "../../../src/server/storage/control/control-database.js";
import { ApiKey } from "../../../src/server/storage/control/entities/api-key.entity.js";
import { type ControlApp, startControlApp } from "../../support/control-app.js";
import { openControlStore } from "../../support/control-store.js";

@Controller()
class ProbeController {
  @Post("v1/probe")
  @RequireScope("ingest")
  ingest(@Auth() auth: AuthContext): AuthContext {
    return auth;
  }

  @Get("api/v1/probe")
  @RequireScope("read")
  read(@Auth() auth: AuthContext): AuthContext {
    return auth;
  }

  @Get("api/v1/unmarked")
  unmarked(): string {
    return "admin only";
  }

  @Get("healthz")
  @Public()
  health(): string {
    return "ok";
  }

  @Get("api/v1/broken")
  @RequireScope("read")
  broken(): never {
    throw new TypeError("secret content of a prompt");
  }
}

@Module({ controllers: [ProbeController] })
class ProbeModule {}

const PASSWORD = "correct horse battery";

describe("access", () => {
  let database: ControlDatabase;
  let app: ControlApp;

  const start = async (env: Record<string, string>): Promise<void> => {
    app = await startControlApp({ database, env, imports: [ProjectsModule, ProbeModule] });
  };

  const call = (
    method: "GET" | "POST" | "DELETE",
    url: string,
    headers: Record<string, string> = {},
    payload?: object,
  ) => app.call(method, url, headers, payload);

  const newKey = async (scopes: string[], project: string | undefined, headers: Record<string, string>) => {
    const answer = await call("POST", "/api/v1/keys", headers, { name: "k", scopes, project });
    expect(answer.statusCode).toBe(201);
    return answer.json<{ id: string; prefix: string; key: string }>();
  };

  beforeAll(async () => {
    database = await openControlStore();
  }, 60_000);

  afterEach(async () => {
    await app.close();
  });

  afterAll(async () => {
    await database.close();
  });

  describe("in open mode", () => {
    it("everything is project default, with all scopes", async () => {
      await start({});
      const answer = await call("POST", "/v1/probe");
      expect(answer.json()).toEqual({ project: "default", scopes: ["ingest", "read", "admin"], keyId: null });
      expect((await call("GET", "/api/v1/session")).json()).toMatchObject({
        loginRequired: false,
        authenticated: true,
      });
      expect((await call("POST", "/api/v1/login", {}, { password: "x" })).statusCode).toBe(404);
    });

    it("a sent key is honoured, and a wrong one refused in every spelling", async () => {
      await start({});
      const project = (await call("POST", "/api/v1/projects", {}, { name: "Team Blue" })).json<{
        id: string;
      }>().id;
      expect(project).toBe("team-blue");
      const { id, key, prefix } = await newKey(["ingest", "read"], project, {});
      expect(key).toMatch(new RegExp(`^sl_${prefix}_[0-9A-Za-z]{43}$`));
      const expected = { project, scopes: ["ingest", "read"], keyId: id };
      for (const headers of [
        { "x-spanledger-key": key },
        { authorization: `Bearer ${key}` },
        { authorization: `Basic ${Buffer.from(`any:${key}`).toString("base64")}` },
      ]) {
        expect((await call("GET", "/api/v1/probe", headers)).json()).toEqual(expected);
      }
      const wrong = `${key.slice(0, -1)}${key.endsWith("a") ? "b" : "a"}`;
      for (const headers of [
        { "x-spanledger-key": wrong },
        { "x-spanledger-key": "" },
        { authorization: `Bearer ${wrong}` },
        { authorization: "Bearer nonsense" },
        { authorization: "Bearer" },
        { authorization: "Basic !!" },
        { authorization: "Digest x" },
        { "x-spanledger-key": `sl_${"0".repeat(10)}_${"0".repeat(43)}` },
      ]) {
        const answer = await call("POST", "/v1/probe", headers);
        expect(answer.statusCode).toBe(401);
        expect(answer.body).not.toContain(wrong);
      }
    });

    it("the operator may choose a project, a key may not", async () => {
      await start({});
      const other = (await call("POST", "/api/v1/projects", {}, { name: "Chosen" })).json<{ id: string }>()
        .id;
      expect((await call("GET", `/api/v1/probe?project=${other}`)).json()).toMatchObject({ project: other });
      expect((await call("GET", "/api/v1/probe?project=nowhere")).statusCode).toBe(404);
      const { key } = await newKey(["read"], "default", {});
      const answer = await call("GET", `/api/v1/probe?project=${other}`, { "x-spanledger-key": key });
      expect(answer.statusCode).toBe(403);
    });

    it("a foreign Host is refused on every path, a foreign Origin on every change", async () => {
      await start({});
      for (const url of ["/api/v1/probe", "/healthz", "/nowhere"]) {
        expect((await call("GET", url, { host: "evil.example:4318" })).statusCode).toBe(403);
      }
      for (const host of ["localhost:4318", "127.0.0.1:4318", "127.3.4.5", "[::1]:4318"]) {
        expect((await call("GET", "/api/v1/probe", { host })).statusCode).toBe(200);
      }
      for (const headers of [
        { origin: "https://evil.example" },
        { origin: "null" },
        { "sec-fetch-site": "cross-site" },
        { origin: "http://localhost.evil.example:4318" },
      ]) {
        expect((await call("POST", "/v1/probe", { host: "localhost:4318", ...headers })).statusCode).toBe(
          403,
        );
        expect((await call("GET", "/api/v1/probe", { host: "localhost:4318", ...headers })).statusCode).toBe(
          200,
        );
      }
      const own = {
        host: "localhost:4318",
        origin: "http://localhost:4318",
        "sec-fetch-site": "same-origin",
      };
      const answer = await call("POST", "/v1/probe", own);
      expect(answer.statusCode).toBe(201);
      expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
      expect(answer.headers["content-security-policy"]).toContain("default-src 'self'");
    });
  });

  describe("with an admin password", () => {
    const env = { SPANLEDGER_ADMIN_PASSWORD: PASSWORD, SPANLEDGER_HOST: "0.0.0.0" };
    const basic = { authorization: `Basic ${Buffer.from(`admin:${PASSWORD}`).toString("base64")}` };

    it("nothing but public routes is reached without a key or a login", async () => {
      await start(env);
      for (const [method, url] of [
        ["POST", "/v1/probe"],
        ["GET", "/api/v1/probe"],
        ["GET", "/api/v1/projects"],
        ["GET", "/api/v1/unmarked"],
      ] as const) {
        const answer = await call(method, url);
        expect(answer.statusCode).toBe(401);
        expect(answer.json<ErrorBody>().error).toMatchObject({ code: "unauthenticated", details: {} });
        expect(answer.json<ErrorBody>().error.requestId).toBe(answer.headers["x-request-id"]);
      }
      expect((await call("GET", "/healthz", { host: "ledger.example" })).body).toBe("ok");
      expect((await call("GET", "/api/v1/session")).json()).toEqual({
        loginRequired: true,
        authenticated: false,
        project: null,
        scopes: [],
      });
    });

    it("a key does what its scopes say, in its own project", async () => {
      await start(env);
      const ingest = await newKey(["ingest"], undefined, basic);
      const admin = await newKey(["admin", "read"], undefined, basic);
      const withKey = (key: string) => ({ "x-spanledger-key": key });
      expect((await call("POST", "/v1/probe", withKey(ingest.key))).statusCode).toBe(201);
      const refused = await call("GET", "/api/v1/probe", withKey(ingest.key));
      expect(refused.statusCode).toBe(403);
      expect(refused.json<ErrorBody>().error).toMatchObject({
        code: "forbidden",
        details: { scope: "read" },
      });
      expect((await call("GET", "/api/v1/unmarked", withKey(ingest.key))).statusCode).toBe(403);
      expect((await call("GET", "/api/v1/unmarked", withKey(admin.key))).statusCode).toBe(200);

      const other = (await call("POST", "/api/v1/projects", basic, { name: "Other" })).json<{ id: string }>()
        .id;
      const foreign = await newKey(["read"], other, basic);
      expect((await call("POST", "/api/v1/projects", withKey(admin.key), { name: "X" })).statusCode).toBe(
        403,
      );
      const projects = (await call("GET", "/api/v1/projects", withKey(admin.key))).json();
      expect(projects).toMatchObject({ data: [{ id: "default" }], nextCursor: null });
      const denied = await call("POST", "/api/v1/keys", withKey(admin.key), {
        name: "x",
        scopes: ["read"],
        project: other,
      });
      expect(denied.statusCode).toBe(403);
      expect((await call("DELETE", `/api/v1/keys/${foreign.id}`, withKey(admin.key))).statusCode).toBe(404);
      const listed = (await call("GET", `/api/v1/keys?limit=500`, withKey(admin.key))).json<{
        data: { project: string }[];
      }>();
      expect(new Set(listed.data.map(({ project }) => project))).toEqual(new Set(["default"]));
    });

    it("a revoked key stops at once; the store holds no secret", async () => {
      await start(env);
      const { id, key } = await newKey(["read"], undefined, basic);
      const headers = { "x-spanledger-key": key };
      expect((await call("GET", "/api/v1/probe", headers)).statusCode).toBe(200);
      const row = await database.repository(ApiKey).findOneByOrFail({ id });
      expect(JSON.stringify(row)).not.toContain(key.split("_")[2]);
      expect((await call("GET", "/api/v1/keys", basic)).body).not.toContain(row.secretHash);
      expect((await call("DELETE", `/api/v1/keys/${id}`, basic)).statusCode).toBe(204);
      expect((await call("GET", "/api/v1/probe", headers)).statusCode).toBe(401);
      expect((await call("DELETE", `/api/v1/keys/${id}`, basic)).statusCode).toBe(404);
    });

    it("a login opens the page until logout, and ends when the password changes", async () => {
      await start(env);
      expect((await call("POST", "/api/v1/login", {}, { password: "wrong" })).statusCode).toBe(401);
      const login = await call("POST", "/api/v1/login", {}, { password: PASSWORD });
      expect(login.statusCode).toBe(200);
      const setCookie = String(login.headers["set-cookie"]);
      expect(setCookie).toMatch(/HttpOnly; SameSite=Lax/);
      expect(setCookie).not.toContain("Secure");
      const session = { cookie: setCookie.split(";")[0] ?? "" };
      expect((await call("GET", "/api/v1/probe", session)).json()).toMatchObject({
        project: "default",
        keyId: null,
      });
      expect((await call("GET", "/api/v1/probe", { cookie: "spanledger_session=forged" })).statusCode).toBe(
        401,
      );

      const second = await call("POST", "/api/v1/login", {}, { password: PASSWORD });
      const kept = { cookie: String(second.headers["set-cookie"]).split(";")[0] ?? "" };
      await call("POST", "/api/v1/logout", session);
      expect((await call("GET", "/api/v1/probe", session)).statusCode).toBe(401);
      expect((await call("GET", "/api/v1/probe", kept)).statusCode).toBe(200);

      await app.close();
      await start({ ...env, SPANLEDGER_ADMIN_PASSWORD: "another password" });
      expect((await call("GET", "/api/v1/probe", kept)).statusCode).toBe(401);
    });

    it("guessing the password is slowed down, without locking others' keys out", async () => {
      await start(env);
      const { key } = await newKey(["read"], undefined, basic);
      const statuses: number[] = [];
      for (let n = 0; n < 12; n += 1) {
        statuses.push((await call("POST", "/api/v1/login", {}, { password: `guess ${n}` })).statusCode);
      }
      expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
      const blocked = await call("POST", "/api/v1/login", {}, { password: PASSWORD });
      expect(blocked.statusCode).toBe(429);
      expect(Number(blocked.headers["retry-after"])).toBeGreaterThan(0);
      expect((await call("GET", "/api/v1/probe", { authorization: `Bearer ${key}` })).statusCode).toBe(200);
    });
  });

  describe("errors", () => {
    it("have one body; an unknown one tells the request id and nothing else", async () => {
      await start({});
      const broken = await call("GET", "/api/v1/broken", { "x-request-id": "abc-123" });
      expect(broken.statusCode).toBe(500);
      expect(broken.json()).toEqual({
        error: {
          code: "internal",
          message: "Something went wrong on our side.",
          details: {},
          requestId: "abc-123",
        },
      });
      const missing = await call("GET", "/api/v1/nowhere");
      expect(missing.statusCode).toBe(404);
      expect(missing.json<ErrorBody>().error.code).toBe("not_found");
      const invalid = await call("POST", "/api/v1/keys", {}, { name: "", scopes: ["everything"] });
      expect(invalid.statusCode).toBe(400);
      expect(invalid.json<ErrorBody>().error.details.problems).toHaveLength(2);
      const json = { "content-type": "application/json" };
      const malformed = await app.call("POST", "/api/v1/projects", json, '{"name": secret-prompt');
      expect(malformed.statusCode).toBe(400);
      expect(malformed.body).not.toContain("secret-prompt");
      const large = await call("POST", "/api/v1/projects", {}, { name: "x".repeat(2 * 1024 * 1024) });
      expect(large.statusCode).toBe(413);
      expect(large.json<ErrorBody>().error.code).toBe("payload_too_large");
      const cursor = await call("GET", "/api/v1/projects?cursor=bm9uc2Vuc2U");
      expect(cursor.statusCode).toBe(400);
    });

    it("lists page through with cursors, newest first, without gaps or doubles", async () => {
      await start({});
      const created: string[] = [];
      for (let n = 0; n < 7; n += 1) created.push((await newKey(["read"], "default", {})).id);
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const url: string = `/api/v1/keys?project=default&limit=3${cursor === null ? "" : `&cursor=${cursor}`}`;
        const page = (await call("GET", url)).json<{ data: { id: string }[]; nextCursor: string | null }>();
        seen.push(...page.data.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual(expect.arrayContaining(created));
    });
  });
});
