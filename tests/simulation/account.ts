import type { TestDatabase } from "../helpers/database.ts";
import type { Guest } from "./guests.ts";

const PASSWORD = "correct horse battery";

/** A guest with an account, whose address is verified, by the app's own pages. */
export async function openAccount(app: string, origin: string, { db }: TestDatabase, email: string): Promise<Guest> {
  const post = async (path: string, body: object): Promise<Response> => {
    const headers = { "content-type": "application/json", origin };
    const answer = await fetch(`${app}/auth/${path}`, { method: "POST", body: JSON.stringify(body), headers });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  };
  const open = async (): Promise<{ id: string; answer: Response }> => {
    // Who tries again may be there already.
    const signedUp = await post("sign-up/email", { name: "Sim", email, password: PASSWORD }).catch((error: unknown) => error);
    const [user] = await db.execute<{ id: string }>(`update users set email_verified = true where email = '${email}' returning id`);
    if (!user) throw signedUp;
    return { id: user.id, answer: await post("sign-in/email", { email, password: PASSWORD }) };
  };
  // A busy machine may be too slow for the first.
  const { id, answer } = await open().catch(open).catch(open);
  const cookie = answer.headers.getSetCookie().map((one) => one.split(";")[0]!);
  return { cookie: cookie.join("; "), actor: `user:${id}`, hasAccount: true };
}
