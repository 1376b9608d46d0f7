// /admin/preview/<name>: a document that is held for who asked for it. It may stand in a frame of our own page, and runs nothing.
import { missing, screen } from "./screen.ts";

export const previewScreen = screen({
  path: "/admin/preview/:name",
  title: "Preview",
  needs: "read",
  show({ params, places, who }) {
    const held = places.previews.at(params.name ?? "", who.principal.id);
    if (held === null) return missing("Preview");
    return {
      kind: "document",
      response: new Response(held.bytes, {
        headers: {
          "content-type": held.type,
          "content-security-policy": "frame-ancestors 'self'; sandbox allow-same-origin",
          "x-frame-options": "SAMEORIGIN",
        },
      }),
    };
  },
});
