// The public face of the inventory service: the hotelier's side of rooms.
export { rollHorizon } from "./horizon.ts";
