export { signTwilio } from "./sign.ts";
export { type RunningTwilio, startTwilio, type TwilioOptions } from "./start.ts";
