// When a maintenance begins and ends, as two fields. In: both, as a form has them. Out: the fields, on the clock of the page's zone.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { Line } from "./field.tsx";

export function WindowLines({
  from,
  until,
  zone,
}: {
  readonly from: string;
  readonly until: string;
  readonly zone: string;
}): JSX.Element {
  return (
    <div class="two">
      <Line name="from" label="Begins" hint={zone} type="datetime-local" value={from} required={true} />
      <Line name="until" label="Ends" hint={zone} type="datetime-local" value={until} required={true} />
    </div>
  );
}
