import { useState } from "preact/hooks";
import { request } from "../../api/client.js";
import type { EndpointMapping, Repricing } from "../../api/price-types.js";
import { ConfirmButton } from "../../ui/confirm-button.js";
import { type Column, DataTable } from "../../ui/data-table.js";
import { Dialog } from "../../ui/dialog.js";
import { Problem, SelectField, TextField } from "../../ui/field.js";
import { PageHead } from "../../ui/page-head.js";
import { ActionProblem, Await, Empty } from "../../ui/states.js";
import { useAction, useLoaded } from "../../ui/use-loaded.js";
import "../../styles/pages.css";
import { JobProgress } from "./job-progress.js";

const isDeployment = (mapping: EndpointMapping): boolean => typeof mapping.deployment === "string";

function targetText(mapping: EndpointMapping): string {
  if (typeof mapping.pool === "string") return `own pool ${mapping.pool}`;
  return [mapping.provider, mapping.model].filter((part) => typeof part === "string").join(" / ");
}

/** What hosts and deployment names really are: a private host proves nothing by itself. */
export function EndpointsPage() {
  const list = useLoaded<{ data: EndpointMapping[] }>("prices/endpoints?limit=200");
  const [isAdding, setAdding] = useState(false);
  const [job, setJob] = useState<Repricing | null>(null);
  const action = useAction();
  const remove = (id: string): void => {
    void action.run(async () => {
      await request("DELETE", `prices/endpoints/${id}`);
      list.reload();
    });
  };
  return (
    <>
      <PageHead
        title="Endpoints"
        description="Which vendor or pool answers at a host, and which model a deployment or alias stands for."
      >
        <button type="button" class="button is-primary" onClick={() => setAdding(true)}>
          New mapping
        </button>
      </PageHead>
      <ActionProblem text={action.problem} />
      {job !== null && (
        <section class="card detail-card done-card">
          <JobProgress key={job.id} job={job} withCause onSettled={list.reload} />
        </section>
      )}
      <Await of={list}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="Nothing is mapped">
              <p>
                Vendors are known by their own hosts. Map private gateways, self-hosted models, Azure
                deployments and aliases here.
              </p>
            </Empty>
          ) : (
            <DataTable
              label="Endpoint maps"
              columns={columnsWith(remove)}
              rows={data}
              keyOf={(row) => row.id}
            />
          )
        }
      </Await>
      {isAdding && (
        <Dialog title="New mapping" onClose={() => setAdding(false)}>
          <MappingForm
            onDone={(created) => {
              setAdding(false);
              setJob(created);
              list.reload();
            }}
          />
        </Dialog>
      )}
    </>
  );
}

function columnsWith(remove: (id: string) => void): Column<EndpointMapping>[] {
  return [
    {
      name: "Name",
      cell: (row) => <strong>{isDeployment(row) ? row.deployment : row.endpoint}</strong>,
    },
    { name: "Kind", cell: (row) => (isDeployment(row) ? "deployment or alias" : "host") },
    { name: "Is", cell: targetText },
    { name: "By", cell: (row) => `${row.author}, ${row.createdAt.slice(0, 10)}` },
    {
      name: "",
      cell: (row) => (
        <ConfirmButton
          text="Remove"
          confirm="Really remove"
          label={(isDeployment(row) ? row.deployment : row.endpoint) ?? row.id}
          onConfirm={() => remove(row.id)}
        />
      ),
    },
  ];
}

const KINDS = [
  { value: "vendor", text: "A host of a vendor or its gateway" },
  { value: "pool", text: "A host of our own (self-hosted)" },
  { value: "deployment", text: "A deployment name or alias" },
];

function MappingForm({ onDone }: { onDone: (job: Repricing | null) => void }) {
  const [draft, setDraft] = useState({ kind: "vendor", name: "", provider: "", pool: "", model: "" });
  const action = useAction();
  const set = (part: Partial<typeof draft>): void => setDraft({ ...draft, ...part });
  const bodyOf = (): Record<string, string> => {
    const [name, provider, model] = [draft.name.trim(), draft.provider.trim(), draft.model.trim()];
    if (draft.kind === "vendor") return { endpoint: name, provider };
    if (draft.kind === "pool") return { endpoint: name, pool: draft.pool.trim() };
    return { deployment: name, provider, model };
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void action.run(async () => {
      const { repricing } = await request<{ repricing: Repricing | null }>("PUT", "prices/endpoints", {
        body: bodyOf(),
      });
      onDone(repricing);
    });
  };
  return (
    <form class="form" noValidate onSubmit={submit}>
      <SelectField label="What is it?" value={draft.kind} options={KINDS} onValue={(kind) => set({ kind })} />
      <TextField
        label={draft.kind === "deployment" ? "Deployment or alias" : "Host"}
        placeholder={draft.kind === "deployment" ? "our-gpt4" : "10.0.0.5:8000"}
        value={draft.name}
        onValue={(name) => set({ name })}
      />
      {draft.kind === "pool" ? (
        <TextField label="Pool" placeholder="gpu-a" value={draft.pool} onValue={(pool) => set({ pool })} />
      ) : (
        <TextField
          label="Provider"
          placeholder="azure.ai.openai"
          value={draft.provider}
          onValue={(provider) => set({ provider })}
        />
      )}
      {draft.kind === "deployment" && (
        <TextField
          label="Listed model"
          placeholder="gpt-4o"
          value={draft.model}
          onValue={(model) => set({ model })}
        />
      )}
      <Problem text={action.problem} />
      <div class="dialog-actions">
        <button type="submit" class="button is-primary" disabled={action.isBusy}>
          Save mapping
        </button>
      </div>
    </form>
  );
}
