import { useState } from "preact/hooks";
import type { Channel } from "../../api/budget-types.js";
import { post, request } from "../../api/client.js";
import { ConfirmButton } from "../../ui/confirm-button.js";
import { Dialog } from "../../ui/dialog.js";
import { PageHead } from "../../ui/page-head.js";
import { Await, Empty } from "../../ui/states.js";
import { problemText, useAction, useLoaded } from "../../ui/use-loaded.js";
import "../../styles/pages.css";
import { CHANNEL_KINDS } from "./channel-fields.js";
import { ChannelForm } from "./channel-form.js";

/** Where alerts are sent to: every type, with a test that says what happened. */
export function ChannelsPage() {
  const channels = useLoaded<{ data: Channel[] }>("channels?limit=200");
  const [isAdding, setAdding] = useState(false);
  return (
    <>
      <PageHead
        title="Channels"
        description="Where alerts are sent. Budgets name the channels they tell; failed deliveries are tried again for close to three hours."
      >
        <button type="button" class="button is-primary" onClick={() => setAdding(true)}>
          New channel
        </button>
      </PageHead>
      <Await of={channels}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="Alerts are sent nowhere yet">
              <p>They are always listed on the page. Add a channel to have them sent as well.</p>
            </Empty>
          ) : (
            <ul class="card rows">
              {data.map((channel) => (
                <ChannelRow key={channel.id} channel={channel} onChanged={channels.reload} />
              ))}
            </ul>
          )
        }
      </Await>
      {isAdding && (
        <Dialog title="New channel" onClose={() => setAdding(false)}>
          <ChannelForm
            onDone={() => {
              setAdding(false);
              channels.reload();
            }}
          />
        </Dialog>
      )}
    </>
  );
}

/** Where a channel leads to, as far as that is no secret. */
function targetText({ config }: Channel): string {
  const to = config["to"];
  if (Array.isArray(to)) return to.join(", ");
  return typeof config["url"] === "string" ? config["url"] : "";
}

function ChannelRow({ channel, onChanged }: { channel: Channel; onChanged: () => void }) {
  const [result, setResult] = useState<{ isGood: boolean | null; text: string } | null>(null);
  const action = useAction();
  const test = async (): Promise<void> => {
    setResult({ isGood: null, text: "sending…" });
    try {
      const { delivered, error } = await post<{ delivered: boolean; error: string | null }>(
        `channels/${channel.id}/test`,
        {},
      );
      setResult({ isGood: delivered, text: delivered ? "delivered" : `failed: ${error ?? "no answer"}` });
    } catch (error) {
      setResult({ isGood: false, text: `failed: ${problemText(error)}` });
    }
  };
  const remove = async (): Promise<void> => {
    await request("DELETE", `channels/${channel.id}`);
    onChanged();
  };
  const kind = CHANNEL_KINDS.find((one) => one.type === channel.type)?.text ?? channel.type;
  const tone = result?.isGood === true ? "is-good" : result?.isGood === false ? "is-bad" : "";
  return (
    <li class="rows-item">
      <span class="rows-text">
        <strong>{channel.name}</strong> <span class="is-faint">{kind}</span>
      </span>
      <span class="is-faint rows-url">{targetText(channel)}</span>
      <span role="status" class={tone}>
        {action.problem ?? result?.text}
      </span>
      <button
        type="button"
        class="button is-small"
        aria-label={`Send a test to ${channel.name}`}
        onClick={() => void test()}
      >
        Send a test
      </button>
      <ConfirmButton
        text="Delete"
        confirm="Really delete"
        label={channel.name}
        onConfirm={() => void action.run(remove)}
      />
    </li>
  );
}
