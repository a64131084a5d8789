export type MetricKind = "counter" | "gauge";

export interface Sample {
  labels?: Readonly<Record<string, string>>;
  value: number;
}

/** Prometheus text exposition format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/, read 2026-11-22). */
export const PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

/** Collects metrics and writes them as Prometheus text. */
export class PrometheusText {
  readonly #lines: string[] = [];

  /** A counter; its name ends in `_total`. */
  counter(name: string, help: string, samples: number | readonly Sample[]): this {
    return this.#metric("counter", name, help, samples);
  }

  gauge(name: string, help: string, samples: number | readonly Sample[]): this {
    return this.#metric("gauge", name, help, samples);
  }

  toString(): string {
    return `${this.#lines.join("\n")}\n`;
  }

  #metric(kind: MetricKind, name: string, help: string, samples: number | readonly Sample[]): this {
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`);
    for (const sample of typeof samples === "number" ? [{ value: samples }] : samples) {
      this.#lines.push(`${name}${labelText(sample)} ${sample.value}`);
    }
    return this;
  }
}

function labelText({ labels }: Sample): string {
  if (labels === undefined) return "";
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
