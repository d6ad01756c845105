import type { Changes } from '../changes.ts'
import { cell } from './code.ts'
import { signedUsd, usd } from './words.ts'

export function countsOf(diff: Changes['stacks'][number]['diff']) {
  const { added, changed, replaced, mayBeReplaced, removed } = diff
  const counts = {
    added: added.length,
    removed: removed.length,
    changed: changed.length,
    replaced: replaced.length + mayBeReplaced.length,
  }
  const total = counts.added + counts.removed + counts.changed + counts.replaced
  return { ...counts, total }
}

/** A row for each stack. */
export function table({ stacks }: Changes): string[] {
  return [
    '| stack | + | − | ~ | REPLACE | USD a month | policies |',
    '| --- | ---: | ---: | ---: | ---: | ---: | --- |',
    ...stacks.map(({ stack, diff, cost, policies }) => {
      const { added, removed, changed, replaced } = countsOf(diff)
      const difference = cost.after - cost.before
      const money =
        Math.abs(difference) < 0.005
          ? usd(cost.after)
          : `${usd(cost.before)} → ${usd(cost.after)} (**${signedUsd(difference)}**)`
      const judged = [
        policies.new.length > 0 ? `**${policies.new.length} new**` : '',
        policies.fixed.length > 0 ? `${policies.fixed.length} fixed` : '',
        policies.waived.length > 0 ? `${policies.waived.length} newly waived` : '',
        policies.open > 0 ? `${policies.open} still open` : '',
      ].filter(part => part !== '')
      const sure = diff.replaced.length
      const maybe = replaced - sure
      const again = `${sure > 0 ? `**${sure}**` : 0}${maybe > 0 ? `, maybe ${maybe} more` : ''}`
      return `| ${cell(stack)} | ${added} | ${removed} | ${changed} | ${again} | ${money} | ${judged.join(', ') || 'no change'} |`
    }),
  ]
}
