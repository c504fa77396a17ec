import type { LocalClock } from "../kit/clock.ts";
import { createClock } from "../kit/clock.ts";
import type { FaultSwitch } from "../kit/faults.ts";
import { type RawRequest, type Reply, type RunningServer, serve } from "../kit/serve.ts";
import { openStore, type Store } from "../kit/store.ts";
import { errorReply, TwilioError } from "./errors.ts";
import { createProgress, type Progress } from "./progress.ts";
import { listSms, readSms, smsResource } from "./read.ts";
import { sendSms } from "./send.ts";

export interface TwilioOptions {
  accountSid: string;
  /** The password of Basic auth, and the key of the callbacks' signatures. */
  authToken: string;
  /** The SQLite file, or `:memory:`. */
  dataFile: string;
  port?: number;
  clock?: LocalClock;
  faults?: FaultSwitch;
}

export interface RunningTwilio extends RunningServer {
  store: Store;
}

/** Starts the stand-in for Twilio's Messages resource (its JSON form) on 127.0.0.1. */
export async function startTwilio(options: TwilioOptions): Promise<RunningTwilio> {
  const clock = options.clock ?? createClock();
  const store = openStore(options.dataFile);
  const progress = createProgress(store, clock, options.accountSid, options.authToken);

  async function stop(): Promise<void> {
    await progress.close();
    store.close();
  }
  try {
    const server = await serve((request) => answer({ ...options, clock, store, progress }, request), {
      port: options.port,
      clock,
      faults: options.faults,
      errorBody: (status, message) => ({ code: 20500, message, more_info: "https://www.twilio.com/docs/errors/20500", status }),
    });
    return {
      ...server,
      store,
      async close() {
        await server.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Api {
  accountSid: string;
  authToken: string;
  clock: LocalClock;
  store: Store;
  progress: Progress;
}

const PATH = /^\/2010-04-01\/Accounts\/([^/]+)\/Messages(?:\/([^/]+))?\.json$/;

function answer(api: Api, request: RawRequest): Reply {
  try {
    const basic = Buffer.from(`${api.accountSid}:${api.authToken}`).toString("base64");
    if (request.headers["authorization"] !== `Basic ${basic}`) throw new TwilioError(20003);
    const [, account, sid] = PATH.exec(request.path) ?? [];
    if (account !== api.accountSid) throw new TwilioError(20404);
    return dispatch(api, request, sid);
  } catch (error) {
    if (error instanceof TwilioError) return errorReply(error);
    throw error;
  }
}

function dispatch({ accountSid, store, clock, progress }: Api, request: RawRequest, sid: string | undefined): Reply {
  if (request.method === "GET") {
    if (request.body.length > 0 || (sid && request.query.size > 0)) throw new TwilioError(20002);
    return {
      body: sid ? readSms(store, accountSid, sid) : listSms(store, accountSid, request.query),
    };
  }
  if (request.method !== "POST" || sid) throw new TwilioError(20405);
  if (request.query.size > 0) throw new TwilioError(20002);
  const sms = sendSms(store, clock, progress, new URLSearchParams(request.body.toString()));
  return { status: 201, body: smsResource(accountSid, sms) };
}
