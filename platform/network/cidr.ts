/** Subnets of one zone; the numbers are CIDR blocks. */
export interface ZoneBlocks {
  /** Load balancers and NAT gateways that face the internet: few addresses. */
  public: string
  /** Tasks and internal load balancers: most addresses. */
  private: string
  /** Databases and caches: no way out. */
  isolated: string
}

/** The plan has room for this many zones, so that a third one added later moves nothing. */
const PLANNED_ZONES = 4
const SMALLEST_PREFIX = 20
const LARGEST_PREFIX = 16

/**
 * Splits a VPC's range: each of four planned zones gets a quarter; half of a quarter is private, a quarter of it
 * isolated, an eighth public and an eighth is kept free.
 * @param cidr a private IPv4 range from /16 to /20
 * @throws Error saying what is allowed
 */
export function planSubnets(cidr: string, zones: number): ZoneBlocks[] {
  const { address, prefix } = parsePrivateRange(cidr)
  const size = 2 ** (32 - prefix)
  const quarter = size / PLANNED_ZONES
  return Array.from({ length: zones }, (_, zone) => {
    const start = address + zone * quarter
    return {
      private: block(start, prefix + 3),
      isolated: block(start + quarter / 2, prefix + 4),
      public: block(start + (quarter * 3) / 4, prefix + 5),
    }
  })
}

/** @throws Error when this is no private IPv4 range from /16 to /20 that starts at its network address */
export function parsePrivateRange(cidr: string): { address: number; prefix: number } {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr)
  const [a = 256, b = 256, c = 256, d = 256, prefix = 0] = (match ?? []).slice(1).map(Number)
  const problem = (what: string) =>
    new Error(
      `${cidr} ${what}; allowed: a private range from /${LARGEST_PREFIX} to /${SMALLEST_PREFIX} such as 10.0.0.0/16`,
    )
  if ([a, b, c, d].some(part => part > 255)) throw problem('is no IPv4 range')
  if (prefix < LARGEST_PREFIX || prefix > SMALLEST_PREFIX) throw problem('has the wrong size')
  const isPrivate = a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168)
  if (!isPrivate) throw problem('is not private')
  const address = ((a * 256 + b) * 256 + c) * 256 + d
  if (address % 2 ** (32 - prefix) !== 0) throw problem('does not start at its network address')
  return { address, prefix }
}

const block = (address: number, prefix: number): string =>
  `${[24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.')}/${prefix}`
