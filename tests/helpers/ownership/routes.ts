import { JOBS } from "../../../jobs/registry.ts";
import { newId } from "../../../server/platform/ids.ts";
import { PASSWORD } from "../account.ts";
import { OWNERS, type AskerName, type Owners } from "./parties.ts";

/** A request without a procedure behind it, and the status that it has to be answered with. */
export interface RouteAsk {
  as: AskerName;
  path: string;
  body?: unknown;
  status: readonly number[];
}

const UNSIGNED = [401, 403, 503];

/** Every route of the gateway but tRPC's and the accounts', which have their own tables. A new one needs its line here. */
export const ROUTES: Readonly<Record<string, (world: Owners) => RouteAsk[]>> = {
  "POST /jobs/tick": () => [{ as: "other", path: "/jobs/tick", body: {}, status: UNSIGNED }],
  "POST /jobs/dead-letter": () => [{ as: "other", path: "/jobs/dead-letter", body: {}, status: UNSIGNED }],
  "POST /jobs/:name": ({ bookings }) =>
    JOBS.map(({ name }) => ({ as: "other", path: `/jobs/${name}`, body: { outboxId: newId(), type: "booking.held", v: 1, payload: bookings[0] }, status: UNSIGNED })),
  "POST /webhooks/:vendor": () =>
    ["stripe", "midtrans", "resend", "twilio", "anybody"].map((vendor) => ({ as: "other", path: `/webhooks/${vendor}`, body: {}, status: [...UNSIGNED, 400, 404] })),
  "GET /health": byEach(() => "/health", [200, 503]),
  "GET /metrics": byEach(() => "/metrics", [200, 404]),
  "GET /art/property/:file{[a-z0-9-]+\\.svg}": (world) => [
    ...byEach(({ houses }) => `/art/property/${houses.first.slug}.svg`, [200])(world),
    ...byEach(({ houses }) => `/art/property/${houses.hidden.slug}.svg`, [404])(world),
  ],
  "GET /art/room/:file{[0-9]{1,9}\\.svg}": (world) => [
    ...byEach(({ houses }) => `/art/room/${houses.first.roomTypeId}.svg`, [200])(world),
    ...byEach(({ houses }) => `/art/room/${houses.hidden.roomTypeId}.svg`, [404])(world),
  ],
  "GET /bookings/:id/calendar.ics": ({ bookings, askers }) =>
    bookings.flatMap(({ bookingId, owner, token }, n) =>
      (Object.keys(askers) as AskerName[]).map((as) => {
        const opens = (OWNERS[owner] as AskerName[]).includes(as);
        const anothers = bookings[(n + 1) % bookings.length]!.token;
        const given = opens && as === "link" ? token : as === "stranger" ? anothers : undefined;
        return { as, path: `/bookings/${bookingId}/calendar.ics${given ? `?token=${given}` : ""}`, status: [opens ? 200 : 404] };
      }),
    ),
  // The app's files: the same for everybody.
  "GET /*": byEach(() => "/trips", [200]),
};

function byEach(path: (world: Owners) => string, status: number[]) {
  return (world: Owners): RouteAsk[] => (Object.keys(world.askers) as AskerName[]).map((as) => ({ as, path: path(world), status }));
}

/** What a caller may know of another's account and organisation, under every name that an endpoint takes it by. */
function known({ askers, houses, invitationId }: Owners): Record<string, unknown> {
  const { verified, staff } = askers;
  return {
    email: verified.email,
    userId: verified.userId,
    accountId: verified.userId,
    id: invitationId,
    invitationId,
    organizationId: houses.first.organizationId,
    organizationSlug: houses.first.organizationId,
    slug: houses.first.organizationId,
    memberId: staff.userId,
    memberIdOrEmail: staff.email,
    role: "owner",
    password: "not the password",
    token: newId(),
    newPassword: "another password of mine",
    currentPassword: PASSWORD,
    newEmail: `${newId()}@guest.test`,
    name: "Somebody Else",
    data: { name: "Taken Over" },
    providerId: "credential",
    provider: "google",
    permissions: { member: ["delete"] },
    callbackURL: "/",
    redirectTo: "/",
  };
}

/** What the app asks the accounts, by path under `/auth/`, with the names of what it sends. */
const USED: Readonly<Record<string, string>> = {
  "get-session": "",
  "sign-up/email": "name email password",
  "verify-email": "token",
  "sign-in/email": "email password",
  "sign-out": "",
  "request-password-reset": "email",
  "reset-password": "token newPassword",
  "change-password": "currentPassword newPassword",
  "organization/invite-member": "email role organizationId",
  "organization/get-invitation": "id",
  "organization/accept-invitation": "invitationId",
  "organization/reject-invitation": "invitationId",
  "organization/cancel-invitation": "invitationId",
};

/** What else the library has: asked with all that is known. */
const UNUSED = [
  "sign-in/social callback/:id verify-password send-verification-email change-email update-session update-user delete-user reset-password/:token",
  "list-sessions revoke-session revoke-sessions revoke-other-sessions link-social list-accounts delete-user/callback unlink-account refresh-token",
  "get-access-token account-info ok error",
  ...[
    "create update delete set-active get-organization get-full-organization list list-invitations get-active-member check-slug remove-member",
    "update-member-role leave list-user-invitations list-members get-active-member-role has-permission",
  ].map((verbs) => verbs.replaceAll(/\S+/g, "organization/$&")),
].flatMap((paths) => paths.split(" "));

/** Every route of the accounts, and what it is asked with. A new one needs its place above. */
export const AUTH: Readonly<Record<string, (world: Owners) => Record<string, unknown>>> = {
  ...Object.fromEntries(UNUSED.map((path) => [path, known])),
  ...Object.fromEntries(
    Object.entries(USED).map(([path, names]) => [path, (world: Owners) => Object.fromEntries(Object.entries(known(world)).filter(([name]) => names.split(" ").includes(name)))]),
  ),
};
