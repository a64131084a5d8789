import { useState } from "preact/hooks";
import type { Channel } from "../api/budget-types.js";
import { post, request } from "../api/client.js";
import { Dialog } from "../ui/dialog.js";
import { Problem, TextField } from "../ui/field.js";

interface Props {
  channels: readonly Channel[];
  onChanged: () => void;
}

/** Where alerts are sent to. */
export function ChannelList({ channels, onChanged }: Props) {
  const [isAdding, setAdding] = useState(false);
  return (
    <section class="page-part" aria-labelledby="channels-title">
      <div class="page-part-head">
        <h2 id="channels-title">Channels</h2>
        <button type="button" class="button is-small" onClick={() => setAdding(true)}>
          New webhook
        </button>
      </div>
      {channels.length === 0 ? (
        <p class="is-faint">
          Alerts are sent nowhere yet. Slack, email and others can be added through the API.
        </p>
      ) : (
        <ul class="card rows">
          {channels.map((channel) => (
            <ChannelRow key={channel.id} channel={channel} onChanged={onChanged} />
          ))}
        </ul>
      )}
      {isAdding && (
        <Dialog title="New webhook" onClose={() => setAdding(false)}>
          <WebhookForm
            onDone={() => {
              setAdding(false);
              onChanged();
            }}
          />
        </Dialog>
      )}
    </section>
  );
}

function ChannelRow({ channel, onChanged }: { channel: Channel; onChanged: () => void }) {
  const [result, setResult] = useState<string | null>(null);
  const test = async (): Promise<void> => {
    setResult("sending…");
    try {
      const { delivered, error } = await post<{ delivered: boolean; error: string | null }>(
        `channels/${channel.id}/test`,
        {},
      );
      setResult(delivered ? "delivered" : `failed: ${error ?? "no answer"}`);
    } catch (error) {
      setResult(error instanceof Error ? `failed: ${error.message}` : "failed");
    }
  };
  const remove = async (): Promise<void> => {
    try {
      await request("DELETE", `channels/${channel.id}`);
      onChanged();
    } catch (error) {
      setResult(error instanceof Error ? error.message : "not deleted");
    }
  };
  const url = channel.config["url"];
  return (
    <li class="rows-item">
      <span class="rows-text">
        {channel.name} <span class="is-faint">{channel.type}</span>
      </span>
      {typeof url === "string" && <span class="is-faint rows-url">{url}</span>}
      <span role="status">{result}</span>
      <button type="button" class="button is-small" onClick={() => void test()}>
        Send a test
      </button>
      <button type="button" class="button is-small is-quiet" onClick={() => void remove()}>
        Delete
      </button>
    </li>
  );
}

function WebhookForm({ onDone }: { onDone: () => void }) {
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [secret, setSecret] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      const config = secret === "" ? { url } : { url, secret };
      await post("channels", { name: name.trim(), type: "webhook", config });
      onDone();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : "That did not work.");
    }
  };
  return (
    <form class="form" noValidate onSubmit={(event) => void submit(event)}>
      <TextField label="Name" value={name} onValue={setName} />
      <TextField label="URL" inputMode="url" value={url} onValue={setUrl} />
      <TextField label="Secret for the signature" isSecret value={secret} onValue={setSecret} />
      <Problem text={problem} />
      <div class="dialog-actions">
        <button type="submit" class="button is-primary">
          Add webhook
        </button>
      </div>
    </form>
  );
}
