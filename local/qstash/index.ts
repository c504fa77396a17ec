export { startQstash, type QstashOptions, type RunningQstash } from "./start.ts";
