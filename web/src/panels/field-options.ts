import type {
  FieldDefaults,
  FieldOverride,
  Panel,
  ThresholdStep,
} from "../../../dashboards/source/schema.js";

/** A field's options after the overrides that match its name; `custom.*` properties land in `custom`. */
export function fieldOptions(panel: Panel, name: string): FieldDefaults {
  const config = panel.fieldConfig;
  const base = config?.defaults ?? {};
  const own = (config?.overrides ?? []).filter((override) => override.matcher.options === name);
  return own.reduce(applied, base);
}

function applied(field: FieldDefaults, override: FieldOverride): FieldDefaults {
  let next = field;
  for (const { id, value } of override.properties) {
    next = id.startsWith("custom.")
      ? { ...next, custom: { ...next.custom, [id.slice(7)]: value } }
      : { ...next, [id]: value };
  }
  return next;
}

/** The color name of the highest step at or below the value. */
export function thresholdColor(steps: readonly ThresholdStep[], value: number): string {
  const reached = steps.filter((step) => step.value === null || value >= step.value);
  return reached.at(-1)?.color ?? "text";
}

export function fixedColor(field: FieldDefaults): string | null {
  return field.color?.mode === "fixed" ? field.color.fixedColor : null;
}
