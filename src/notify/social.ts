// The operator's own accounts, where everyone may read. In: nothing. Out: the services that are known. One more is a file (`social-*.ts`) and a line here.
import { bluesky } from "./social-bluesky.ts";
import { mastodon } from "./social-mastodon.ts";
import type { SocialService } from "./social-types.ts";

export const socialServices: readonly SocialService[] = [mastodon, bluesky];
