/** What no program says: how much a stack is used in a month. Printed with every estimate. */
export const ASSUMPTIONS = {
  hoursPerMonth: 730,
  /** Requests that reach CloudFront and, if there is one, API Gateway. */
  requestsPerMonth: 1_000_000,
  /** Sent by CloudFront to clients. */
  edgeGigabytes: 10,
  /** Load balancer capacity units in an average hour. */
  loadBalancerUnits: 0.5,
  /** Through each NAT gateway. */
  natGigabytes: 10,
  /** Through each interface endpoint. */
  endpointGigabytes: 1,
  /** Written to each log group. */
  logGigabytes: 0.25,
  /** Written by enhanced monitoring of a database at one figure a minute. */
  monitoringGigabytes: 0.35,
  /** Metrics that Container Insights makes of each service. */
  insightsMetricsPerService: 8,
  /** Polling, sending and deleting, for each queue. */
  queueRequests: 500_000,
  /** Published to each topic. */
  topicRequests: 100_000,
  tableReads: 1_000_000,
  tableWrites: 1_000_000,
  tableGigabytes: 1,
  bucketGigabytes: 1,
  bucketPuts: 10_000,
  repositoryGigabytes: 2,
  /** Of each kept snapshot of a cache. */
  snapshotGigabytes: 0.5,
  dnsQueries: 1_000_000,
}

export type Assumptions = typeof ASSUMPTIONS

/** A stack that nobody calls: what it costs by existing. */
export const IDLE: Assumptions = {
  ...ASSUMPTIONS,
  requestsPerMonth: 0,
  edgeGigabytes: 0,
  loadBalancerUnits: 0,
  natGigabytes: 0,
  endpointGigabytes: 0,
  logGigabytes: 0,
  /** One task asks its queue three times a minute. */
  queueRequests: 131_400,
  topicRequests: 0,
  tableReads: 0,
  tableWrites: 0,
  tableGigabytes: 0,
  bucketGigabytes: 0,
  bucketPuts: 0,
  dnsQueries: 0,
}

/** What the figures leave out. */
export const LEFT_OUT = [
  'free allowances of the account, which other stacks share',
  'traffic between zones and out of the region, taxes and support',
  'database backups, which are free up to the size of the database',
  'scaling beyond the smallest number of tasks',
]
