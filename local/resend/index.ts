export { signSvix } from "./sign.ts";
export { type ResendOptions, type RunningResend, startResend } from "./start.ts";
