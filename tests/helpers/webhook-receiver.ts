import { serve, type RawRequest, type Reply, type RunningServer } from "../../local/kit/serve.ts";

export interface WebhookReceiver {
  url: string;
  /** All that came, in the order of arrival. */
  received: RawRequest[];
  /** Answers of the next calls; 200 when there are none left. */
  answers: Reply[];
  /** Waits for the first call, past or coming, that matches. */
  waitFor(matches: (call: RawRequest) => boolean): Promise<RawRequest>;
  /** Waits until that many matching calls came, and returns them. */
  waitForCount(count: number, matches: (call: RawRequest) => boolean): Promise<RawRequest[]>;
  close: RunningServer["close"];
}

/** A webhook endpoint on a free port that remembers what it got. */
export async function startReceiver(): Promise<WebhookReceiver> {
  const received: RawRequest[] = [];
  const answers: Reply[] = [];
  const listeners = new Set<() => void>();
  const server = await serve((request) => {
    received.push(request);
    for (const listener of listeners) listener();
    return answers.shift() ?? { body: {} };
  });
  const waitForCount: WebhookReceiver["waitForCount"] = (count, matches) =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = received.filter(matches);
        if (found.length < count) return;
        listeners.delete(look);
        resolve(found);
      };
      listeners.add(look);
      look();
    });
  return {
    url: server.url,
    received,
    answers,
    waitForCount,
    waitFor: async (matches) => (await waitForCount(1, matches))[0]!,
    close: () => server.close(),
  };
}
