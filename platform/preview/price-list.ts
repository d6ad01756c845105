import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Shape of `prices.json`: prices in USD by key and region, each with its source; types that cost nothing. */
interface PriceFile {
  sources: Record<string, { url: string; date: string; note: string }>
  prices: Record<string, Record<string, string | RegionPrice> & { unit: string }>
  free: string[]
}

interface RegionPrice {
  usd: number
  source: string
  /** False: written from memory. */
  checked: boolean
}

export interface Price extends RegionPrice {
  /** Such as `GB month`. */
  unit: string
  /** Where the price holds; the stack's region if the file has it. */
  region: string
}

export interface PriceList {
  /** Undefined where there is no price, such as for an instance class that the file lacks. */
  price(key: string, region: string): Price | undefined
  /** By short type, such as `iam.Role`. */
  isFree(type: string): boolean
  /** Days of the oldest and the newest source of checked prices. */
  dates: [oldest: string, newest: string]
}

const BASE_REGION = 'us-east-1'

/** The dated price file beside this one. */
export function priceList(): PriceList {
  const { sources, prices, free } = JSON.parse(
    readFileSync(join(import.meta.dirname, 'prices.json'), 'utf8'),
  ) as PriceFile
  const freeTypes = new Set(free)
  const checked = Object.values(prices)
    .flatMap(entry => Object.values(entry))
    .filter(price => typeof price === 'object' && price.checked)
  const used = new Set(checked.map(price => (typeof price === 'object' ? price.source : '')))
  const dates = [...used].map(source => sources[source]?.date ?? '').sort()
  return {
    price(key, region) {
      const entry = prices[key]
      if (!entry) return undefined
      const found = [region, BASE_REGION].find(name => typeof entry[name] === 'object')
      const price = found === undefined ? undefined : entry[found]
      if (found === undefined || typeof price !== 'object') return undefined
      return { ...price, unit: entry.unit, region: found }
    },
    isFree: type => freeTypes.has(type),
    dates: [dates.at(0) ?? '', dates.at(-1) ?? ''],
  }
}
