// A maintenance that recurs, as a form. In: what was said so far. Out: fields: what is done, when first, how often, until when.
// Fields that an answer makes meaningless are hidden by the stylesheet alone, where it can; they say nothing then.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import type { PageView } from "../model/view.ts";
import { PickComponents } from "./component-pick.tsx";
import { Area, Line, Select } from "./field.tsx";
import type { Form } from "./form.ts";
import { MaintenanceBoxes } from "./maintenance-boxes.tsx";
import { places, units, weekdays } from "./recurrence-said.ts";

export function RecurrenceFields({
  view,
  form,
  focus,
  children,
}: {
  readonly view: PageView;
  readonly form: Form;
  /** Whether it is made, and not changed. */
  readonly focus: boolean;
  /** When that is: beside what says it. */
  readonly children: JSX.Element;
}): JSX.Element {
  const safeTimes = children;
  return (
    <>
      <Line
        name="name"
        label="Title"
        value={form.text("name")}
        max={limits.nameCharsMax}
        required={true}
        keep={focus}
        focus={focus}
      />
      <Area
        name="text"
        label="What will be done"
        hint="Of each announcement. Markdown."
        value={form.body("text")}
        max={limits.updateCharsMax}
        keep={focus}
      />
      <Line
        name="start"
        label="First time"
        hint={view.page.timeZone}
        type="datetime-local"
        value={form.text("start")}
        required={true}
      />
      <div class="two even">
        <Line name="hours" label="Lasts: hours" type="number" min={0} value={form.text("hours")} />
        <Line name="minutes" label="and minutes" type="number" min={0} value={form.text("minutes")} />
      </div>
      <HowOften form={form} />
      {safeTimes}
      <PickComponents view={view} ticked={form.list("component")} question={form.text("q")} />
      <Line
        name="ahead"
        label="So many are announced ahead"
        type="number"
        min={1}
        hint={`1 to ${limits.occurrencesAheadMax}. When one begins, the next is announced.`}
        value={form.text("ahead")}
      />
      <MaintenanceBoxes form={form} />
    </>
  );
}

function HowOften({ form }: { readonly form: Form }): JSX.Element {
  return (
    <fieldset class="often">
      <legend>How often</legend>
      <div class="two even">
        <Line name="every" label="Every" type="number" min={1} value={form.text("every")} />
        <Select name="unit" label="Unit" value={form.text("unit")} from={units} />
      </div>
      <div class="of-week">
        <p class="hint">On which days of the week; with none, on that of its first time.</p>
        <div class="chips">
          {weekdays.map(({ value, label }) => (
            <label>
              <input
                type="checkbox"
                name="day"
                value={value}
                checked={form.list("day").includes(value)}
                aria-label={label}
              />
              {Html.escapeHtml(label.slice(0, 3))}
            </label>
          ))}
        </div>
      </div>
      <div class="two of-month">
        <Select
          name="place"
          label="On"
          hint="Months without it are left out."
          value={form.text("place")}
          from={places}
        />
        <Select
          name="weekday"
          label="Weekday"
          hint="After first, second … last."
          value={form.text("weekday")}
          from={weekdays}
        />
      </div>
      <div class="of-rule">
        <Line
          name="rule"
          label="Rule"
          hint="Such as FREQ=MONTHLY;BYMONTHDAY=1,15."
          value={form.text("rule")}
          max={limits.ruleCharsMax}
        />
      </div>
      <div class="two of-end">
        <Line
          name="until"
          label="Last day"
          hint="Left empty, it goes on."
          type="date"
          value={form.text("until")}
        />
        <Line
          name="count"
          label="Or after so many times"
          hint="Left empty, it goes on."
          type="number"
          min={1}
          value={form.text("count")}
        />
      </div>
    </fieldset>
  );
}
