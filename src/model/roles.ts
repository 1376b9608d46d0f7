// Who may what on a page. In: a role, a need. Out: whether the role has it. Roles are a ladder: each may what the one below it may.

/** From all to least. `responder` opens, updates and closes incidents and maintenances; `viewer` only reads. */
export const roles = ["owner", "admin", "editor", "responder", "viewer"] as const;
export type Role = (typeof roles)[number];

/** What an action asks for, from least to most. */
export type Need = "read" | "respond" | "edit" | "administer" | "own";

/** A page's id, or `"*"` for all pages, and the role there. A list, not a record: ids come from addresses, and `constructor` is none. */
export type Grants = readonly (readonly [page: string, role: Role])[];

/** The lowest role that has it. */
const lowest: Readonly<Record<Need, Role>> = {
  read: "viewer",
  respond: "responder",
  edit: "editor",
  administer: "admin",
  own: "owner",
};

export function allows(role: Role, need: Need): boolean {
  return roles.indexOf(role) <= roles.indexOf(lowest[need]);
}

/** The role that may more. */
export function strongerRole(one: Role, other: Role): Role {
  return roles.indexOf(one) <= roles.indexOf(other) ? one : other;
}

export function isRole(word: unknown): word is Role {
  return (roles as readonly unknown[]).includes(word);
}

/** The role on a page, or with `"*"` on all pages; null where there is none, and nothing may be known of the page. */
export function roleIn(grants: Grants, page: string): Role | null {
  const found = grants.filter(([known]) => known === page || known === "*").map(([, role]) => role);
  return found.length === 0 ? null : found.reduce(strongerRole);
}

/** The sentence for who may not: what the action needs, and which role has it. */
export function lacking(need: Need): string {
  return `This needs the role ${lowest[need]} or a higher one here.`;
}
