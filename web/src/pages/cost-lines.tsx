import type { LedgerCall } from "../api/types.js";
import type { Rate } from "../api/price-types.js";
import { exactUsd, formatValue } from "../format/units.js";
import { classText } from "./call-words.js";

/** `$2.50 per 1M` */
function unitPriceText(unitPrice: string, per: number): string {
  const unit = per === 1_000_000 ? "1M" : per === 1_000 ? "1K" : String(per);
  return per === 1 ? exactUsd(unitPrice) : `${exactUsd(unitPrice)} per ${unit}`;
}

/** Where a line's price comes from, in words. */
function originText(rateId: string, rate: Rate | undefined): string {
  if (rateId.startsWith("override:")) return "own price";
  if (rateId === "provider_reported") return "as the provider said";
  if (rate === undefined) return "";
  const since = rate.effectiveFrom === null ? "" : `since ${rate.effectiveFrom.slice(0, 10)}, `;
  const seen = rate.sourceSeenAt === null ? "" : `, seen ${rate.sourceSeenAt}`;
  return `${since}${rate.source}${seen}`;
}

interface Props {
  cost: LedgerCall["cost"];
  /** Rates of the book by id, as far as they are known. */
  rates?: ReadonlyMap<string, Rate>;
}

/** Every line of a cost: quantity, price, factors and amount, and which rate it is. */
export function CostLines({ cost, rates }: Props) {
  const heads = ["Quantity", "Price", "Amount"];
  return (
    <div class="table-scroll" tabIndex={0} role="group" aria-label="Cost lines">
      <table class="data-table">
        <thead>
          <tr>
            <th scope="col">Class</th>
            {heads.map((head) => (
              <th key={head} scope="col" class="is-number">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cost.lines.map((line) => {
            const rate = rates?.get(line.rateId);
            const origin = originText(line.rateId, rate);
            return (
              <tr key={`${line.class} ${line.rateId}`}>
                <td title={line.rateId}>
                  {classText(line.class)}
                  {origin !== "" && (
                    <span class="line-origin">
                      {typeof rate?.sourceUrl === "string" ? (
                        <a href={rate.sourceUrl} target="_blank" rel="noreferrer">
                          {origin}
                        </a>
                      ) : (
                        origin
                      )}
                    </span>
                  )}
                </td>
                <td class="is-number">{formatValue(Number(line.quantity), "locale")}</td>
                <td class="is-number">
                  {unitPriceText(line.unitPrice, line.per)}
                  {line.factors.map((factor) => (
                    <span class="is-faint" key={factor.name}>
                      {" "}
                      × {factor.factor} {classText(factor.name)}
                    </span>
                  ))}
                </td>
                <td class="is-number">{exactUsd(line.amount)}</td>
              </tr>
            );
          })}
        </tbody>
        {cost.total !== null && (
          <tfoot>
            <tr>
              <th scope="row" colSpan={3}>
                Total
              </th>
              <td class="is-number">{exactUsd(cost.total)}</td>
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}
