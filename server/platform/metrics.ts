/**
 * Counters, gauges and timings of the process. The Node entry gives a Prometheus registry; workerd has
 * no place to scrape, so there they go nowhere.
 */
export interface Metrics {
  count(name: string, labels?: Record<string, string>, by?: number): void;
  gauge(name: string, value: number, labels?: Record<string, string>): void;
  /** Seconds; a count where the name ends in `_size`. */
  observe(name: string, value: number, labels?: Record<string, string>): void;
}

export const noMetrics: Metrics = { count() {}, gauge() {}, observe() {} };
