import { ASSUMPTIONS, type Assumptions } from './assumptions.ts'
import { outermost } from './components.ts'
import { COST_RULES, type Usage } from './cost-rules.ts'
import { textOf } from './inputs.ts'
import { priceList, type PriceList } from './price-list.ts'
import { shortType, type PreviewResource, type StackPreview } from './stack-preview.ts'

export interface CostLine {
  /** Resource that costs it. */
  urn: string
  /** What it is the price of, such as `nat.data`. */
  key: string
  quantity: number
  unit: string
  monthlyUsd: number
  /** False: the price was written from memory. */
  checked: boolean
}

export interface Estimate {
  monthlyUsd: number
  /** By outermost component, dearest first. */
  components: { name: string; monthlyUsd: number; lines: CostLine[] }[]
  /** Resources that may cost money and have no price: never counted as 0 in silence. */
  notPriced: { urn: string; why: string }[]
  /** What makes the figures less exact, such as prices of another region. */
  notes: string[]
  assumptions: Assumptions
  /** Days of the oldest and the newest source of checked prices. */
  priceDates: [oldest: string, newest: string]
}

const GLOBAL_REGION = 'us-east-1'

/** What a stack costs a month at the assumed use. */
export function estimate(
  preview: StackPreview,
  assumptions: Assumptions = ASSUMPTIONS,
  prices: PriceList = priceList(),
): Estimate {
  const components = new Map<string, CostLine[]>()
  const notPriced: Estimate['notPriced'] = []
  const borrowed = new Set<string>()
  const owners = outermost(preview.resources)
  for (const resource of preview.resources.filter(isPaid)) {
    const { type, urn, inputs } = resource
    const short = shortType(type)
    const rule = COST_RULES[short]
    if (!rule && !prices.isFree(short)) notPriced.push({ urn, why: `no price for ${short}` })
    const region = textOf(inputs['region']) ?? preview.region
    for (const usage of rule?.(inputs, { preview, assumptions }, resource) ?? []) {
      if (usage.quantity === 0) continue
      const line = price(urn, usage, usage.global ? GLOBAL_REGION : region, prices, borrowed)
      const name = owners.get(urn) ?? resource.name
      if (line) components.set(name, [...(components.get(name) ?? []), line])
      else notPriced.push({ urn, why: `no price for ${usage.key}` })
    }
  }
  const sums = [...components].map(([name, lines]) => ({ name, monthlyUsd: sum(lines), lines }))
  return {
    monthlyUsd: sum(sums),
    components: sums.sort((a, b) => b.monthlyUsd - a.monthlyUsd),
    notPriced,
    notes: notesOf(
      borrowed,
      preview.region,
      sums.flatMap(({ lines }) => lines),
    ),
    assumptions,
    priceDates: prices.dates,
  }
}

/** Components hold resources; what is looked up belongs to somebody else. */
const isPaid = ({ custom, remote, read }: PreviewResource): boolean => (custom || remote) && !read

function price(
  urn: string,
  { key, quantity }: Usage,
  region: string,
  prices: PriceList,
  borrowed: Set<string>,
): CostLine | undefined {
  const found = prices.price(key, region)
  if (!found) return undefined
  if (found.region !== region) borrowed.add(key)
  const { usd, unit, checked } = found
  return { urn, key, quantity, unit, monthlyUsd: quantity * usd, checked }
}

const sum = (parts: readonly { monthlyUsd: number }[]): number =>
  parts.reduce((total, { monthlyUsd }) => total + monthlyUsd, 0)

function notesOf(borrowed: Set<string>, region: string, lines: readonly CostLine[]): string[] {
  const unchecked = [...new Set(lines.filter(line => !line.checked).map(({ key }) => key))]
  return [
    ...(borrowed.size > 0
      ? [`prices of us-east-1, for want of ${region}: ${[...borrowed].join(', ')}`]
      : []),
    ...(unchecked.length > 0 ? [`prices not checked: ${unchecked.join(', ')}`] : []),
  ]
}
