import { styleText } from 'node:util'
import { LEFT_OUT } from './assumptions.ts'
import type { CostLine, Estimate } from './costs.ts'

const NAME_WIDTH = 22
const USD_WIDTH = 9
const MIN_USD = 0.005

/**
 * One row a component, dearest first, with what makes it dear; then what the figures rest on.
 * @param idle the same stack while nobody calls it
 */
export function printCosts(cost: Estimate, idle: Pick<Estimate, 'monthlyUsd'>): string[] {
  const { monthlyUsd, components, notPriced, notes, assumptions, priceDates } = cost
  const assumed = Object.entries(assumptions).map(([name, value]) => `${name} ${value}`)
  return [
    styleText('bold', `about ${usd(monthlyUsd)} USD a month`) +
      `, ${usd(idle.monthlyUsd)} while nobody calls it (prices of ${priceDates.join(' to ')})`,
    ...components.map(
      ({ name, monthlyUsd: sum, lines }) =>
        `  ${name.padEnd(NAME_WIDTH)}${usd(sum).padStart(USD_WIDTH)}  ${styleText('dim', parts(lines))}`,
    ),
    ...notPriced.map(({ urn, why }) =>
      styleText('yellow', `  not priced: ${urn.split('::').at(-1)}: ${why}`),
    ),
    ...notes.map(note => styleText('dim', `  ${note}`)),
    styleText('dim', `  assumed: ${assumed.join(', ')}`),
    styleText('dim', `  left out: ${LEFT_OUT.join('; ')}`),
    '',
  ]
}

export const usd = (value: number): string => value.toFixed(2)

function parts(lines: readonly CostLine[]): string {
  return [...Map.groupBy(lines, ({ key }) => key)]
    .map(([key, of]) => ({ key, sum: of.reduce((sum, { monthlyUsd }) => sum + monthlyUsd, 0) }))
    .filter(({ sum }) => sum >= MIN_USD)
    .sort((a, b) => b.sum - a.sum)
    .map(({ key, sum }) => `${key} ${usd(sum)}`)
    .join(', ')
}
