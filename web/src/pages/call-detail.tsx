import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError, get } from "../api/client.js";
import type { LedgerCall } from "../api/types.js";
import { exactUsd, formatValue, localDateTime } from "../format/units.js";
import { PageHead } from "../ui/page-head.js";
import { Fact } from "../ui/states.js";
import { AttemptsTimeline } from "./attempts-timeline.js";
import { classText, costText, matchText, modelOf, reasonText } from "./call-words.js";
import { CostLines } from "./cost-lines.js";
import { useRates } from "./prices/use-rates.js";
import "../styles/pages.css";

/** One call: what it was, how it went over the wire, and why it costs what it costs. */
export function CallDetailPage({ id }: { id: string }) {
  const [call, setCall] = useState<LedgerCall | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    get<LedgerCall>(`calls/${encodeURIComponent(id)}`, controller.signal).then(setCall, (error: unknown) => {
      if (controller.signal.aborted) return;
      setProblem(error instanceof ApiError ? error.message : "The call cannot be read.");
    });
    return () => controller.abort();
  }, [id]);
  if (problem !== null) return <p class="page-problem">{problem}</p>;
  if (call === null) return <div class="page-loading" role="status" aria-label="Loading" />;
  return (
    <>
      <PageHead
        title={modelOf(call)}
        description={`${call.provider} · ${localDateTime(Date.parse(call.startTime))}`}
      >
        <a class="button" href="/calls">
          All calls
        </a>
      </PageHead>
      <div class="facts">
        <Fact name="Cost">{costText(call)}</Fact>
        <Fact name="Duration">{formatValue(call.durationMs, "ms")}</Fact>
        <Fact name="First token after">
          {call.timeToFirstChunkMs === null ? "–" : formatValue(call.timeToFirstChunkMs, "ms")}
        </Fact>
        <Fact name="Outcome">
          {call.httpStatus === null ? call.outcome : `${call.outcome}, ${call.httpStatus}`}
        </Fact>
        <Fact name="Attempts">{String(call.attemptCount)}</Fact>
      </div>
      <div class="detail-grid">
        <CostCard call={call} />
        <UsageCard call={call} />
        <Card title="Attempts">
          <AttemptsTimeline call={call} />
        </Card>
        <RateLimitCard call={call} />
        <Card title="For whom">
          <Pairs pairs={attributionPairs(call)} />
        </Card>
        <Card title="How it was recorded">
          <Pairs pairs={recordPairs(call)} />
        </Card>
      </div>
    </>
  );
}

type Pair = [name: string, value: string | null];

function attributionPairs({ attribution }: LedgerCall): Pair[] {
  return [
    ["Service", attribution.service],
    ["Environment", attribution.environment],
    ["Team", attribution.team],
    ["Feature", attribution.feature],
    ["User", attribution.user],
    ["Customer", attribution.customer],
    ["Session", attribution.session],
    ...Object.entries(attribution.tags).map(([name, value]): Pair => [`tag ${name}`, value]),
  ];
}

function recordPairs(call: LedgerCall): Pair[] {
  return [
    ["Operation", call.operation],
    ["Requested model", call.requestModel],
    ["Served model", call.responseModel],
    ["Host", call.host],
    ["Streaming", call.streaming ? "yes" : "no"],
    ["Service tier", call.serviceTier],
    ["Finish reasons", call.finishReasons.join(", ")],
    ["Error", call.errorType],
    ["Trace", call.traceId],
    ["Span", call.spanId],
    ["Merged records", call.otherSpanIds.length === 0 ? null : String(call.otherSpanIds.length)],
    ["Recorded by", `${call.source.scope} ${call.source.scopeVersion}`.trim()],
    ["Ledger id", call.id],
  ];
}

function Card({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="card detail-card">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Pairs({ pairs }: { pairs: readonly Pair[] }) {
  const known = pairs.filter((pair): pair is [string, string] => pair[1] !== null && pair[1] !== "");
  if (known.length === 0) return <p class="is-faint">Nothing is known.</p>;
  return (
    <dl class="pairs">
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function CostCard({ call }: { call: LedgerCall }) {
  const { cost } = call;
  const rates = useRates(call.pricedModel);
  return (
    <Card title="Why this price">
      {cost.reason !== null && <p class="notice">Not fully priced: {reasonText(cost.reason)}.</p>}
      {cost.status === "not_billable" && <p class="is-faint">The provider does not charge for this call.</p>}
      {cost.lines.length > 0 && <CostLines cost={cost} rates={rates} />}
      <Pairs
        pairs={[
          ["Priced as", call.pricedModel],
          ["Because", call.matchRule === null ? null : matchText(call.matchRule)],
          ["Prices of", call.startTime.slice(0, 10)],
          ["Price book", cost.priceBook],
          ["Source", cost.source.replaceAll("_", " ")],
          [
            "List price",
            cost.listTotal === null || cost.listTotal === cost.total ? null : exactUsd(cost.listTotal),
          ],
          ["Provider said", cost.providerReported === null ? null : exactUsd(cost.providerReported)],
        ]}
      />
    </Card>
  );
}

const TOTALS = new Set(["inputTotal", "outputTotal"]);

function UsageCard({ call }: { call: LedgerCall }) {
  const known = Object.entries(call.usage).filter(
    ([name, value]) => value !== null && value !== 0 && !TOTALS.has(name),
  );
  return (
    <Card title="Usage">
      {known.length === 0 ? (
        <p class="is-faint">The provider reported no usage.</p>
      ) : (
        <Pairs pairs={known.map(([name, value]) => [classText(name), formatValue(value ?? 0, "locale")])} />
      )}
      <Pairs
        pairs={[
          ["Source", call.usageSource],
          ["Quality", call.usageQuality],
          ["Rule", call.usageRule],
        ]}
      />
    </Card>
  );
}

function RateLimitCard({ call }: { call: LedgerCall }) {
  return (
    <Card title="Rate limits reported">
      {call.rateLimits.length === 0 ? (
        <p class="is-faint">The response carried none.</p>
      ) : (
        <ul class="limits">
          {call.rateLimits.map((limit) => {
            const share =
              limit.limit === null || limit.remaining === null ? null : limit.remaining / limit.limit;
            return (
              <li key={limit.kind}>
                <div class="bars-head">
                  <span>{classText(limit.kind)}</span>
                  <span>
                    {limit.remaining === null ? "?" : formatValue(limit.remaining, "locale", 0)} of{" "}
                    {limit.limit === null ? "?" : formatValue(limit.limit, "locale", 0)} left
                  </span>
                </div>
                {share !== null && (
                  <div class="bars-track">
                    <div
                      class="bars-fill is-plain"
                      style={{ width: `${Math.min(1, Math.max(0, share)) * 100}%` }}
                    />
                  </div>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
