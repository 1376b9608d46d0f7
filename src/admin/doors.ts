// Every door: screens for who is not signed in, or not yet.
import { firstDoor, invitationDoor, newPasswordDoor } from "./door-links.tsx";
import { codeDoor, signInDoor, signOutDoor } from "./door-sign-in.tsx";
import type { Door } from "./screen.ts";

export const doors: readonly Door[] = [
  signInDoor,
  codeDoor,
  signOutDoor,
  firstDoor,
  invitationDoor,
  newPasswordDoor,
];
