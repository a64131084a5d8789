import { useState } from "preact/hooks";
import { post, request } from "../../api/client.js";
import { localDateTime } from "../../format/units.js";
import { chosenProject } from "../../project.js";
import { ConfirmButton } from "../../ui/confirm-button.js";
import { CopyButton } from "../../ui/copy-button.js";
import { type Column, DataTable } from "../../ui/data-table.js";
import { Dialog } from "../../ui/dialog.js";
import { CheckField, Problem, TextField } from "../../ui/field.js";
import { PageHead } from "../../ui/page-head.js";
import { ActionProblem, Await, Empty } from "../../ui/states.js";
import { useAction, useLoaded } from "../../ui/use-loaded.js";
import "../../styles/pages.css";
import { ProjectList } from "./projects.js";

interface Key {
  id: string;
  project: string;
  name: string;
  prefix: string;
  scopes: string[];
  createdAt: string;
  lastUsedAt: string | null;
}

const SCOPES = [
  { name: "ingest", text: "ingest: send calls" },
  { name: "read", text: "read: ask for calls, spend, boards" },
  { name: "admin", text: "admin: change settings of the project" },
] as const;

/** Keys of the project: who may send, read and change. A key's text is shown once, when it is made. */
export function KeysPage() {
  const keys = useLoaded<{ data: Key[] }>("keys?limit=200");
  const [isAdding, setAdding] = useState(false);
  const action = useAction();
  const revoke = (id: string): void => {
    void action.run(async () => {
      await request("DELETE", `keys/${id}`);
      keys.reload();
    });
  };
  return (
    <>
      <PageHead
        title="Projects and keys"
        description="A key belongs to one project and sees nothing else. On this machine, without a password, none is needed."
      >
        <button type="button" class="button is-primary" onClick={() => setAdding(true)}>
          New key
        </button>
      </PageHead>
      <ActionProblem text={action.problem} />
      <Await of={keys}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No key yet">
              <p>Make one for every application that sends calls, and one for every reader.</p>
            </Empty>
          ) : (
            <DataTable label="Keys" columns={columnsWith(revoke)} rows={data} keyOf={(key) => key.id} />
          )
        }
      </Await>
      <ProjectList />
      {isAdding && (
        <Dialog
          title="New key"
          onClose={() => {
            setAdding(false);
            keys.reload();
          }}
        >
          <KeyForm />
        </Dialog>
      )}
    </>
  );
}

function columnsWith(revoke: (id: string) => void): Column<Key>[] {
  const at = (text: string): string => localDateTime(Date.parse(text));
  return [
    { name: "Name", cell: (key) => <strong>{key.name}</strong> },
    { name: "Starts with", cell: (key) => <code>{key.prefix}</code> },
    { name: "May", cell: (key) => key.scopes.join(", ") },
    { name: "Made", cell: (key) => at(key.createdAt) },
    { name: "Last used", cell: (key) => (key.lastUsedAt === null ? "never" : at(key.lastUsedAt)) },
    {
      name: "",
      cell: (key) => (
        <ConfirmButton
          text="Revoke"
          confirm="Really revoke"
          label={key.name}
          onConfirm={() => revoke(key.id)}
        />
      ),
    },
  ];
}

function KeyForm() {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly string[]>(["ingest"]);
  const [key, setKey] = useState<string | null>(null);
  const action = useAction();
  if (key !== null) return <NewKey text={key} />;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (name.trim() === "") return action.fail("Give the key a name.");
    if (scopes.length === 0) return action.fail("Say what the key may do.");
    void action.run(async () => {
      const project = chosenProject();
      const body = { name: name.trim(), scopes, ...(project === null ? {} : { project }) };
      setKey((await post<{ key: string }>("keys", body)).key);
    });
    return undefined;
  };
  return (
    <form class="form" noValidate onSubmit={submit}>
      <TextField label="Name" placeholder="support-chat, production" value={name} onValue={setName} />
      <fieldset class="field">
        <legend>It may</legend>
        {SCOPES.map((scope) => (
          <CheckField
            key={scope.name}
            label={scope.text}
            isChecked={scopes.includes(scope.name)}
            onChecked={(isChecked) =>
              setScopes(isChecked ? [...scopes, scope.name] : scopes.filter((other) => other !== scope.name))
            }
          />
        ))}
      </fieldset>
      <Problem text={action.problem} />
      <div class="dialog-actions">
        <button type="submit" class="button is-primary" disabled={action.isBusy}>
          Make key
        </button>
      </div>
    </form>
  );
}

function NewKey({ text }: { text: string }) {
  return (
    <div class="form" role="status">
      <p>This is the key. It is shown now and never again: only a hash is kept.</p>
      <div class="code">
        <pre class="code-block key-text" tabIndex={0}>
          {text}
        </pre>
        <CopyButton text={text} />
      </div>
      <p class="is-faint">
        Applications take it from <code>SPANLEDGER_API_KEY</code>; other exporters send it as the header{" "}
        <code>x-spanledger-key</code>.
      </p>
    </div>
  );
}
