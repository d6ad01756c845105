import { DEMO_CATEGORIES, type DemoCategory } from './words.ts'

export interface DemoProduct {
  name: string
  description: string
  /** Euros, at most two digits behind the point. */
  price: number
  category: string
  stock_quantity: number
}

export interface DemoCatalogue {
  categories: { name: string; description: string }[]
  products: DemoProduct[]
}

const SEED = 20_261

/** 12 categories with 20 products each: the same on every machine. */
export function demoCatalogue(seed: number = SEED): DemoCatalogue {
  const random = mulberry32(seed)
  return {
    categories: DEMO_CATEGORIES.map(({ name, description }) => ({ name, description })),
    products: DEMO_CATEGORIES.flatMap(category => productsOf(category, random)),
  }
}

const productsOf = (category: DemoCategory, random: () => number): DemoProduct[] =>
  category.things.flatMap(([thing, usualPrice]) =>
    category.makes.map(make => ({
      name: `${make} ${thing}`,
      description: describe(category, random),
      price: priceNear(usualPrice, random),
      category: category.name,
      // One in twelve is sold out, so that this case is seen too.
      stock_quantity: random() < 1 / 12 ? 0 : 1 + Math.floor(random() * 180),
    })),
  )

function describe({ praise }: DemoCategory, random: () => number): string {
  const first = Math.floor(random() * praise.length)
  const second = (first + 1 + Math.floor(random() * (praise.length - 1))) % praise.length
  return `${praise[first]} ${praise[second]}`
}

/** 80 to 130 percent of the usual price, ending as prices do; built from cents, as 0.1 + 0.2 is not 0.3. */
function priceNear(usual: number, random: () => number): number {
  const euros = Math.max(1, Math.round(usual * (0.8 + random() * 0.5)))
  const endingCents = [0, 50, 90, 95, 99][Math.floor(random() * 5)] ?? 0
  return (euros * 100 + endingCents) / 100
}

/** Small seeded generator (Tommy Ettinger's mulberry32): numbers from 0 up to 1. */
export function mulberry32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
