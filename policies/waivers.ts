import type { Waiver } from './waiver.ts'
import { data, watching } from './waivers/data.ts'
import { buckets, withoutDomain } from './waivers/edge.ts'
import { network, ofTheAccount } from './waivers/network.ts'

/** Findings that are meant to be. An expired or unused one fails the check. */
export const WAIVERS: readonly Waiver[] = [
  ...withoutDomain,
  ...ofTheAccount,
  ...network,
  ...buckets,
  ...data,
  ...watching,
]
