export { startUpstash, type UpstashOptions } from "./start.ts";
