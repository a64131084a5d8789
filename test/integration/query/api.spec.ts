import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type CanActivate, type ExecutionContext, Module } from "@nestjs/common";
import { APP_GUARD, NestFactory } from "@nestjs/core";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import { DocumentBuilder, SwaggerModule } from "@nestjs/swagger";
import { readConfig } from "../../../src/server/config/app-config.js";
import { ConfigModule } from "../../../src/server/config/config.module.js";
import { HttpModule } from "../../../src/server/http/http.module.js";
import { QueryModule } from "../../../src/server/query/query.module.js";
import { AnalyticsModule } from "../../../src/server/storage/analytics/analytics.module.js";
import { ledgerRow, pricedCall } from "../storage/builders.js";
import { type Ledger, openLedger } from "./ledger-fixture.js";

/** Every request is project `a`, as a guard that has read a key would say. */
class ProjectGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    context.switchToHttp().getRequest<{ auth: unknown }>().auth = {
      project: "a",
      scopes: ["read"],
      keyId: "k",
    };
    return true;
  }
}

let ledger: Ledger;
let app: NestFastifyApplication;

beforeAll(async () => {
  ledger = await openLedger();
  const startTimeUnixNano = BigInt(Date.now() - 60_000) * 1_000_000n;
  const feature = (name: string, tags: Record<string, string> = {}) =>
    pricedCall({ startTimeUnixNano, attribution: { ...pricedCall().attribution, feature: name, tags } });
  await ledger.calls.insert(
    [
      ledgerRow(feature("chat", { "plan+b": "gold & more" }), { project: "a", callId: "one" }),
      ledgerRow(feature("a,b"), { project: "a", callId: "two" }),
      ledgerRow(feature("chat"), { project: "b", callId: "three" }),
    ],
    [],
  );
  @Module({
    imports: [
      ConfigModule.forRoot(readConfig({})),
      AnalyticsModule.forRoot(ledger.store),
      HttpModule,
      QueryModule,
    ],
    providers: [{ provide: APP_GUARD, useClass: ProjectGuard }],
  })
  class TestApp {}
  app = await NestFactory.create<NestFastifyApplication>(TestApp, new FastifyAdapter(), {
    logger: false,
    abortOnError: false,
  });
  await app.listen(0, "127.0.0.1");
});

afterAll(async () => {
  await app.close();
  await ledger.close();
});

const get = async (url: string): Promise<{ status: number; body: Record<string, unknown> }> => {
  const { port } = app.getHttpServer().address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/${url}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe("the query API", () => {
  it("answers within the project of the request, whatever project is asked for", async () => {
    const { status, body } = await get("calls?project=b");
    expect(status).toBe(200);
    expect((body["data"] as { id: string }[]).map((call) => call.id).sort()).toEqual(["one", "two"]);
    expect(body["nextCursor"]).toBeNull();
    expect((await get("calls/one")).body["id"]).toBe("one");
    expect((await get("calls/three")).status).toBe(404);
  });

  it("takes repeated and escaped filters as they are", async () => {
    const count = async (query: string) =>
      ((await get(`spend?${query}`)).body["totals"] as { calls: number }).calls;
    expect(await count("feature=chat&feature=nothing")).toBe(1);
    expect(await count("feature=a%2Cb")).toBe(1);
    expect(await count("feature=a,b")).toBe(1);
    expect(await count("tag:plan%2Bb=gold%20%26%20more")).toBe(1);
    expect(await count("")).toBe(2);
  });

  it("gives spend and summary as JSON with money as text", async () => {
    const spend = await get("spend?interval=day&groupBy=model,feature&tz=Europe/Berlin");
    expect(spend.body["data"]).toEqual([
      expect.objectContaining({ model: "gpt-5-mini", feature: "a,b", cost: "0.000065", unpricedCalls: 0 }),
      expect.objectContaining({ model: "gpt-5-mini", feature: "chat", cost: "0.000065", unpricedCalls: 0 }),
    ]);
    expect((await get("summary")).body).toMatchObject({
      calls: 2,
      cost: "0.00013",
      previous: { calls: 0, cost: "0" },
    });
  });

  it("answers 400 with every problem", async () => {
    for (const path of ["spend", "summary", "calls"]) {
      const { status, body } = await get(`${path}?featrue=x&from=yesterday&colour=red`);
      expect(status).toBe(400);
      expect(body["error"]).toMatchObject({
        code: "invalid_request",
        details: { problems: expect.any(Array) },
      });
      expect(JSON.stringify(body)).toMatch(/featrue.*colour/);
    }
  });

  it("describes its parameters in the API document", () => {
    const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
    const names = (path: string) =>
      (document.paths[path]?.get?.parameters ?? []).map((parameter) =>
        "name" in parameter ? parameter.name : "",
      );
    expect(names("/api/v1/spend")).toEqual(
      expect.arrayContaining(["from", "to", "interval", "tz", "groupBy", "limit", "model", "feature"]),
    );
    expect(names("/api/v1/calls")).toEqual(
      expect.arrayContaining(["from", "to", "limit", "cursor", "traceId", "user"]),
    );
    expect(names("/api/v1/summary")).toEqual(expect.arrayContaining(["from", "to", "tz"]));
  });
});
