import { useState } from "preact/hooks";
import { post } from "../../api/client.js";
import { Problem, SelectField, TextField } from "../../ui/field.js";
import { useAction } from "../../ui/use-loaded.js";
import { CHANNEL_KINDS, type ChannelKind, type ConfigField, configOf } from "./channel-fields.js";

const TYPES = CHANNEL_KINDS.map(({ type, text }) => ({ value: type, text }));

/** Adds a channel of any type; the fields follow the type. */
export function ChannelForm({ onDone }: { onDone: () => void }) {
  const [kind, setKind] = useState<ChannelKind | undefined>(CHANNEL_KINDS[0]);
  const [name, setName] = useState("");
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const action = useAction();
  if (kind === undefined) return null;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (name.trim() === "") return action.fail("Give the channel a name.");
    void action.run(async () => {
      await post("channels", { name: name.trim(), type: kind.type, config: configOf(kind, values) });
      onDone();
    });
    return undefined;
  };
  return (
    <form class="form" noValidate onSubmit={submit}>
      <div class="form-row">
        <SelectField
          label="Type"
          value={kind.type}
          options={TYPES}
          onValue={(type) => {
            setKind(CHANNEL_KINDS.find((one) => one.type === type));
            setValues({});
          }}
        />
        <TextField label="Name" value={name} onValue={setName} />
      </div>
      {kind.fields.map((field) => (
        <ConfigInput
          key={`${kind.type} ${field.name}`}
          field={field}
          value={values[field.name] ?? field.initial ?? ""}
          onValue={(value) => setValues({ ...values, [field.name]: value })}
        />
      ))}
      <Problem text={action.problem} />
      <div class="dialog-actions">
        <button type="submit" class="button is-primary" disabled={action.isBusy}>
          Add channel
        </button>
      </div>
    </form>
  );
}

interface InputProps {
  field: ConfigField;
  value: string;
  onValue: (value: string) => void;
}

function ConfigInput({ field, value, onValue }: InputProps) {
  const label = field.isOptional === true ? `${field.label} (optional)` : field.label;
  if (field.options !== undefined)
    return <SelectField label={label} value={value} options={field.options} onValue={onValue} />;
  return (
    <TextField
      label={label}
      value={value}
      onValue={onValue}
      isSecret={field.isSecret ?? false}
      {...(field.placeholder === undefined ? {} : { placeholder: field.placeholder })}
      {...(field.hint === undefined ? {} : { hint: field.hint })}
    />
  );
}
