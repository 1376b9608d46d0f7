// /admin/p/<page>/subscribers: how many follow.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { Head } from "./field.tsx";
import { screen, shown } from "./screen.ts";
import { counted } from "./speech.ts";

export const subscribersScreen = screen({
  path: "/admin/p/:page/subscribers",
  title: "Subscribers",
  needs: "read",
  menu: "page",
  async show({ places, view }) {
    const count = (await places.subscriberCount?.(view.page.id)) ?? null;
    return shown(
      <>
        <Head title="Subscribers" />
        <p safe>
          {count === null ? "Nobody counts them yet." : `${counted(count, "subscriber")} of this page.`}
        </p>
      </>,
    );
  },
});
