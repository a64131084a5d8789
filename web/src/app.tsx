import { useEffect, useState } from "preact/hooks";
import { get, onUnauthenticated } from "./api/client.js";
import type { BoardSummary, CallPage } from "./api/types.js";
import { BoardPage } from "./board/board.js";
import { navigate, type Place, usePlace } from "./location.js";
import { lazy } from "./ui/lazy.js";
import { Shell } from "./ui/shell.js";

// The first board is what most visits want: everything else is fetched when it is opened.
const AlertsPage = lazy(async () => (await import("./pages/alerting/alerts.js")).AlertsPage);
const BudgetsPage = lazy(async () => (await import("./pages/budgets.js")).BudgetsPage);
const CallDetailPage = lazy(async () => (await import("./pages/call-detail.js")).CallDetailPage);
const CallsPage = lazy(async () => (await import("./pages/calls.js")).CallsPage);
const ChangesPage = lazy(async () => (await import("./pages/ledger/changes.js")).ChangesPage);
const ChannelsPage = lazy(async () => (await import("./pages/alerting/channels.js")).ChannelsPage);
const CurrenciesPage = lazy(async () => (await import("./pages/prices/currencies.js")).CurrenciesPage);
const EndpointsPage = lazy(async () => (await import("./pages/prices/endpoints.js")).EndpointsPage);
const KeysPage = lazy(async () => (await import("./pages/settings/keys.js")).KeysPage);
const LoginPage = lazy(async () => (await import("./pages/login.js")).LoginPage);
const OnboardingPage = lazy(async () => (await import("./pages/onboarding.js")).OnboardingPage);
const OverridesPage = lazy(async () => (await import("./pages/prices/overrides.js")).OverridesPage);
const PeriodsPage = lazy(async () => (await import("./pages/ledger/periods.js")).PeriodsPage);
const PricesPage = lazy(async () => (await import("./pages/prices/prices.js")).PricesPage);
const QualityPage = lazy(async () => (await import("./pages/ledger/quality.js")).QualityPage);
const RepricePage = lazy(async () => (await import("./pages/prices/reprice.js")).RepricePage);
const UnpricedPage = lazy(async () => (await import("./pages/prices/unpriced.js")).UnpricedPage);

/** Pages without parts of their own, by path. */
const PAGES: Readonly<Record<string, (props: { place: Place }) => preact.JSX.Element>> = {
  "/": ({ place }) => <BoardPage uid="spanledger-overview" place={place} />,
  "/quality": QualityPage,
  "/periods": () => <PeriodsPage />,
  "/changes": () => <ChangesPage />,
  "/calls": CallsPage,
  "/prices": PricesPage,
  "/prices/overrides": () => <OverridesPage />,
  "/prices/endpoints": () => <EndpointsPage />,
  "/prices/currencies": () => <CurrenciesPage />,
  "/unpriced": () => <UnpricedPage />,
  "/reprice": () => <RepricePage />,
  "/budgets": () => <BudgetsPage />,
  "/alerts": AlertsPage,
  "/channels": () => <ChannelsPage />,
  "/keys": () => <KeysPage />,
};

const HOME = "/d/spanledger-overview";

/** Whether the ledger holds any call; null while unknown. */
function useHasCalls(session: number): boolean | null {
  const [hasCalls, setHasCalls] = useState<boolean | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    get<CallPage>("calls?limit=1", controller.signal).then(
      ({ data }) => setHasCalls(data.length > 0),
      () => {
        // Unreachable or not allowed: the boards say so themselves, and 401 has already opened the login.
        if (!controller.signal.aborted) setHasCalls(true);
      },
    );
    return () => controller.abort();
  }, [session]);
  return hasCalls;
}

function useBoards(session: number): readonly BoardSummary[] {
  const [boards, setBoards] = useState<readonly BoardSummary[]>([]);
  useEffect(() => {
    const controller = new AbortController();
    get<{ data: BoardSummary[] }>("dashboards", controller.signal).then(
      ({ data }) => setBoards(data),
      () => {
        // The navigation stays empty; the board itself reports why.
      },
    );
    return () => controller.abort();
  }, [session]);
  return boards;
}

export function App() {
  const place = usePlace();
  const [isLocked, setLocked] = useState(false);
  const [session, setSession] = useState(0);
  useEffect(() => onUnauthenticated(() => setLocked(true)), []);
  const boards = useBoards(session);
  const hasCalls = useHasCalls(session);
  const [isStarted, setStarted] = useState(false);
  if (isLocked) {
    return (
      <LoginPage
        onDone={() => {
          setLocked(false);
          setSession((before) => before + 1);
        }}
      />
    );
  }
  const isHome = place.path === "/" || place.path === HOME;
  const isWaiting = isHome && hasCalls === false && !isStarted;
  return (
    <Shell boards={boards} path={isWaiting ? "/start" : place.path === "/" ? HOME : place.path}>
      {isWaiting || place.path === "/start" ? (
        <OnboardingPage
          onDone={() => {
            setStarted(true);
            navigate(HOME);
          }}
        />
      ) : (
        <Page place={place} />
      )}
    </Shell>
  );
}

function Page({ place }: { place: Place }) {
  const [, section = "", id] = place.path.split("/").map(decodeURIComponent);
  const Known = PAGES[place.path];
  if (Known !== undefined) return <Known place={place} />;
  if (section === "d" && id !== undefined) return <BoardPage uid={id} place={place} />;
  if (section === "calls" && id !== undefined) return <CallDetailPage id={id} />;
  return (
    <p class="page-problem">
      There is no such page. <a href="/">Go to the overview</a>
    </p>
  );
}
