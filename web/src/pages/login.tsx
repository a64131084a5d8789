import { useState } from "preact/hooks";
import { ApiError, post } from "../api/client.js";
import "../styles/pages.css";

/** Asks for the admin password; the session is a cookie that scripts cannot read. */
export function LoginPage({ onDone }: { onDone: () => void }) {
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await post("login", { password });
      onDone();
    } catch (error) {
      const isWrong = error instanceof ApiError && error.status === 401;
      setProblem(
        isWrong ? "That is not the password." : error instanceof Error ? error.message : "No answer.",
      );
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="login">
      <form class="login-card" onSubmit={(event) => void submit(event)}>
        <h1>Spanledger</h1>
        <p>This ledger needs its admin password: the value of SPANLEDGER_ADMIN_PASSWORD.</p>
        <label class="field">
          <span>Password</span>
          <input
            type="password"
            autocomplete="current-password"
            required
            value={password}
            ref={(node) => {
              if (node !== null && document.activeElement === document.body) node.focus();
            }}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        {problem !== null && (
          <p class="field-problem" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" class="button is-primary" disabled={isBusy || password === ""}>
          {isBusy ? "Checking…" : "Log in"}
        </button>
      </form>
    </main>
  );
}
