import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { Metrics } from "./metrics.ts";

const SECONDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
const SIZES = [1, 2, 4, 8, 16, 32, 64];

/** A metric's labels must be the same each time: those of its first use. */
export function prometheus(): { metrics: Metrics; page: () => Promise<string> } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  const once = <M>(made: Map<string, M>, name: string, make: (name: string) => M): M => {
    let metric = made.get(name);
    if (!metric) {
      metric = make(`nightledger_${name}`);
      made.set(name, metric);
    }
    return metric;
  };
  return {
    metrics: {
      count(name, labels = {}, by = 1) {
        once(counters, name, (full) => new Counter({ name: full, help: name, labelNames: Object.keys(labels), registers: [registry] })).inc(labels, by);
      },
      gauge(name, value, labels = {}) {
        once(gauges, name, (full) => new Gauge({ name: full, help: name, labelNames: Object.keys(labels), registers: [registry] })).set(labels, value);
      },
      observe(name, value, labels = {}) {
        once(
          histograms,
          name,
          (full) => new Histogram({ name: full, help: name, labelNames: Object.keys(labels), buckets: name.endsWith("_size") ? SIZES : SECONDS, registers: [registry] }),
        ).observe(labels, value);
      },
    },
    page: () => registry.metrics(),
  };
}
